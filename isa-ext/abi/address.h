// SPDX-License-Identifier: GPL-2.0-or-later
// Addresses and selectors of the address-space extension (ASX). Freestanding; shared by emulator and guest.
#pragma once
#include <compare>
#include <cstdint>

namespace asx {

constexpr unsigned kOffsetBits = 48;
constexpr uint64_t kOffsetMask = (uint64_t{1} << kOffsetBits) - 1;
constexpr uint64_t kPageSize = 4096;
constexpr uint64_t kPageMask = kPageSize - 1;

/// Which availability set a selector indexes: the one brought by the code space or by the stack space.
enum class Half : uint8_t { Code = 0, Stack = 1 };

/// Slot of the code half that is implied, as slot 0 is: the argument of the call in force (manual 1.2).
constexpr uint32_t kArgumentIndex = 7;

/// The upper 16 bits of a virtual address: half (bit 15), then the slot's generation, then its index.
/// How the lower 15 bits divide is the variant flag --selector-bits (default 12 index bits, 3 generation bits).
struct Selector {
  uint16_t value = 0;

  [[nodiscard]] constexpr Half half() const { return static_cast<Half>(value >> 15); }
  [[nodiscard]] constexpr uint32_t index(unsigned bits) const { return value & ((1u << bits) - 1); }
  [[nodiscard]] constexpr uint32_t slot_generation(unsigned bits) const { return (value & 0x7fffu) >> bits; }
  /// Whether it names the argument slot, in whatever generation.
  [[nodiscard]] constexpr bool is_argument(unsigned bits) const {
    return half() == Half::Code && index(bits) == kArgumentIndex;
  }
  [[nodiscard]] static constexpr Selector make(Half half, uint32_t slot_generation, uint32_t index, unsigned bits) {
    return {static_cast<uint16_t>((static_cast<uint32_t>(half) << 15) | (slot_generation << bits) | index)};
  }
  friend constexpr bool operator==(Selector, Selector) = default;
};

/// A guest virtual address: selector in bits 63-48, offset in the selected space in bits 47-0.
struct VirtualAddress {
  uint64_t value = 0;

  [[nodiscard]] constexpr Selector selector() const { return {static_cast<uint16_t>(value >> kOffsetBits)}; }
  [[nodiscard]] constexpr uint64_t offset() const { return value & kOffsetMask; }
  [[nodiscard]] static constexpr VirtualAddress make(Selector selector, uint64_t offset) {
    return {(uint64_t{selector.value} << kOffsetBits) | (offset & kOffsetMask)};
  }
  friend constexpr bool operator==(VirtualAddress, VirtualAddress) = default;
};

/// A guest physical address. Never a host pointer.
struct PhysicalAddress {
  uint64_t value = 0;
  friend constexpr auto operator<=>(PhysicalAddress, PhysicalAddress) = default;
  friend constexpr PhysicalAddress operator+(PhysicalAddress a, uint64_t n) { return {a.value + n}; }
};

/// Index of a space descriptor in the space table. 0 names no space.
struct SpaceId {
  uint32_t value = 0;
  friend constexpr bool operator==(SpaceId, SpaceId) = default;
};

/// What gcalla lends, above the selector in bits 15-0 of its second operand.
enum LendFlag : uint64_t { kLendRead = 1u << 16, kLendWrite = 1u << 17 };

/// Default split of a selector: 4,096 slots a half, 8 generations a slot.
constexpr unsigned kDefaultSelectorBits = 12;

}  // namespace asx
