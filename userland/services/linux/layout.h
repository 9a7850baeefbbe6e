// SPDX-License-Identifier: GPL-2.0-or-later
// Where things lie in a program's spaces. The bases differ modulo 1 MiB, as the engine's TLB index ignores selectors.
#pragma once
#include <cstdint>

#include "isa-ext/abi/address.h"
#include "kernel/abi/call.h"

namespace hop::personality {

[[nodiscard]] constexpr uint64_t address_in(uint16_t selector, uint64_t offset) {
  return (uint64_t{selector} << asx::kOffsetBits) | offset;
}
[[nodiscard]] constexpr uint64_t page_floor(uint64_t value) {
  return value & ~asx::kPageMask;
}
/// Wraps to 0 for the last page of the 64-bit range: callers check lengths first.
[[nodiscard]] constexpr uint64_t page_ceiling(uint64_t value) {
  return (value + asx::kPageMask) & ~asx::kPageMask;
}

constexpr uint64_t kHighestOffset = uint64_t{1} << 47;  ///< as far as Linux lets a program map

constexpr uint64_t kStackTop = 0x7fff'ff0b'8000;
constexpr uint64_t kStackBytes = 8u << 20;
constexpr uint64_t kBreakBase = 0x1006'0000;
constexpr uint64_t kBreakEnd = 0x6f00'0000'0000;
constexpr uint64_t kMapBase = 0x7000'0002'0000;
constexpr uint64_t kMapEnd = 0x7f00'0000'0000;
constexpr uint64_t kLowMapBase = 0x4004'0000;  ///< MAP_32BIT, in the image space
constexpr uint64_t kLowMapEnd = 0x8000'0000;

/// The message space: what this service hands to files and console that is not the program's own memory.
constexpr uint64_t kMessageOffset = 0x2009'8000;
constexpr uint64_t kMessageBytes = 0x20000;
constexpr uint64_t kMessageBase = address_in(kMessageSpace, kMessageOffset);
constexpr uint64_t kMessagePath = kMessageBase;
constexpr uint64_t kMessageSecondPath = kMessageBase + 0x1000;
constexpr uint64_t kMessageStatus = kMessageBase + 0x2000;
constexpr uint64_t kMessageData = kMessageBase + 0x10000;
constexpr uint64_t kMessageDataBytes = 0x10000;

}  // namespace hop::personality
