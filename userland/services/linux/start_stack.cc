// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/start_stack.h"

#include "isa-ext/abi/address.h"
#include "userland/services/linux/abi/elf.h"

namespace hop::personality {
namespace {

constexpr char kPlatform[] = "x86_64";
constexpr uint64_t kAuxiliaryWords = 2 * 24;
constexpr uint64_t kMinimumSignalStack = 2048;
constexpr uint64_t kClockTicks = 100;

uint64_t text_length(const char* text) {
  uint64_t length = 0;
  while (text[length] != 0) length++;
  return length;
}

/// Fills a buffer from its end to its front, and knows the addresses the program will see.
class Writer {
 public:
  Writer(std::byte* buffer, uint64_t bytes, uint64_t base) : buffer_(buffer), base_(base), place_(bytes) {}

  uint64_t bytes(const void* from, uint64_t count) {
    place_ -= count;
    const auto* source = static_cast<const std::byte*>(from);
    for (uint64_t i = 0; i < count; i++) buffer_[place_ + i] = source[i];
    return base_ + place_;
  }
  uint64_t word(uint64_t value) { return bytes(&value, sizeof(value)); }
  /// Leaves a gap so that after `count` more bytes the address is a multiple of 16.
  void align_for(uint64_t count) {
    while ((base_ + place_ - count) % 16 != 0) buffer_[--place_] = std::byte{0};
  }
  void pair(uint64_t type, uint64_t value) {
    word(value);
    word(type);
  }
  /// Pointers to each string of a list that stands at `address`, with a null behind them.
  void pointers(const StringList& list, uint64_t address) {
    place_ -= 8 * (uint64_t{list.count} + 1);
    uint64_t at = place_;
    for (uint64_t i = 0, offset = 0; i < list.count; i++) {
      store(at, address + offset);
      at += 8;
      offset += text_length(list.text + offset) + 1;
    }
    store(at, 0);
  }
  [[nodiscard]] uint64_t address() const { return base_ + place_; }

 private:
  void store(uint64_t at, uint64_t value) {
    const auto* source = reinterpret_cast<const std::byte*>(&value);
    for (uint64_t i = 0; i < 8; i++) buffer_[at + i] = source[i];
  }

  std::byte* buffer_;
  uint64_t base_, place_;
};

}  // namespace

uint64_t start_stack_bytes(const StartStack& start) {
  const uint64_t strings = start.arguments.bytes + start.environment.bytes + text_length(start.file_name) + 1;
  const uint64_t words = 8 * (uint64_t{start.arguments.count} + start.environment.count + 3 + kAuxiliaryWords);
  return (strings + words + sizeof(kPlatform) + 16 + 64 + 15) & ~uint64_t{15};
}

uint64_t write_start_stack(const StartStack& start, std::byte* buffer, uint64_t bytes, uint64_t base) {
  Writer writer(buffer, bytes, base);
  writer.word(0);  // Linux ends the stack with a null word
  const uint64_t file_name = writer.bytes(start.file_name, text_length(start.file_name) + 1);
  const uint64_t environment = writer.bytes(start.environment.text, start.environment.bytes);
  const uint64_t arguments = writer.bytes(start.arguments.text, start.arguments.bytes);
  const uint64_t platform = writer.bytes(kPlatform, sizeof(kPlatform));
  writer.align_for(16);
  const uint64_t random = writer.bytes(start.random, 16);

  constexpr uint64_t pairs = 20;
  writer.align_for(8 * (2 * pairs + uint64_t{start.arguments.count} + start.environment.count + 3));
  writer.pair(kAuxNull, 0);
  writer.pair(kAuxPlatform, platform);
  writer.pair(kAuxFileName, file_name);
  writer.pair(kAuxHardware2, 0);
  writer.pair(kAuxRandom, random);
  writer.pair(kAuxSecure, 0);
  writer.pair(kAuxEgid, 0);
  writer.pair(kAuxGid, 0);
  writer.pair(kAuxEuid, 0);
  writer.pair(kAuxUid, 0);
  writer.pair(kAuxEntry, start.entry);
  writer.pair(kAuxFlags, 0);
  writer.pair(kAuxBase, 0);
  writer.pair(kAuxHeaderCount, start.header_count);
  writer.pair(kAuxHeaderSize, sizeof(ElfProgramHeader));
  writer.pair(kAuxHeaders, start.headers_address);
  writer.pair(kAuxClockTicks, kClockTicks);
  writer.pair(kAuxPageSize, asx::kPageSize);
  writer.pair(kAuxHardware, start.hardware);
  writer.pair(kAuxMinimumSignalStack, kMinimumSignalStack);
  writer.pointers(start.environment, environment);
  writer.pointers(start.arguments, arguments);
  return writer.word(start.arguments.count);
}

}  // namespace hop::personality
