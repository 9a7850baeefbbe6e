// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/runtime/format.h"

namespace hop {

void Formatter::flush() {
  if (used_ != 0) sink_(buffer_, used_);
  used_ = 0;
}

Formatter& Formatter::operator<<(char character) {
  if (used_ == kPiece) flush();
  buffer_[used_++] = character;
  return *this;
}

Formatter& Formatter::operator<<(const char* text) {
  while (*text != 0) *this << *text++;
  return *this;
}

Formatter& Formatter::operator<<(Hex number) {
  *this << "0x";
  unsigned shift = 60;
  while (shift != 0 && (number.value >> shift) == 0) shift -= 4;
  for (;; shift -= 4) {
    *this << "0123456789abcdef"[(number.value >> shift) & 15];
    if (shift == 0) return *this;
  }
}

Formatter& Formatter::operator<<(uint64_t number) {
  char digits[20];
  unsigned count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  while (count != 0) *this << digits[--count];
  return *this;
}

Formatter& Formatter::operator<<(int64_t number) {
  if (number >= 0) return *this << static_cast<uint64_t>(number);
  return *this << '-' << (~static_cast<uint64_t>(number) + 1);
}

}  // namespace hop
