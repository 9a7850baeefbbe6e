// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/arch/log.h"

#include "isa-ext/abi/devices/devices.h"
#include "isa-ext/abi/devices/serial.h"
#include "kernel/arch/direct_map.h"

namespace kernel {

namespace {

constexpr uint32_t kLogLine = 2;

volatile uint8_t& serial_register(uint32_t offset) {
  return *at<volatile uint8_t>({asx::kSerialBase + kLogLine * asx::kDevicePage + offset});
}

}  // namespace

void put(char character) {
  while ((serial_register(asx::serial::kLineStatus) & asx::serial::kTransmitEmpty) == 0) {
  }
  serial_register(asx::serial::kTransmit) = static_cast<uint8_t>(character);
}

void put(Text text) {
  for (unsigned i = 0; i < text.limit && text.characters[i] != 0; ++i) put(text.characters[i]);
}

void put(const char* text) {
  put(Text{text, ~0u});
}

void put(Hex number) {
  put("0x");
  unsigned shift = 60;
  while (shift != 0 && (number.value >> shift) == 0) shift -= 4;
  for (;; shift -= 4) {
    put("0123456789abcdef"[(number.value >> shift) & 15]);
    if (shift == 0) return;
  }
}

void put(uint64_t number) {
  char digits[20];
  unsigned count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  while (count != 0) put(digits[--count]);
}

void put(int number) {
  if (number < 0) put('-');
  const int64_t wide = number;
  put(static_cast<uint64_t>(wide < 0 ? -wide : wide));
}

}  // namespace kernel
