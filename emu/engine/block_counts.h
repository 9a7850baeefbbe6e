// SPDX-License-Identifier: GPL-2.0-or-later
// How many instructions a block has: what the block hook adds to the clock. A direct-mapped cache, so that the usual
// case is a few instructions inline; whoever misses asks the engine and puts the answer in.
#pragma once
#include <array>
#include <cstdint>

#include "isa-ext/model/machine.h"

namespace emu {

/// A block as it was reported: where it starts, and how many bytes it has.
struct Block {
  uint64_t address = 0;
  uint32_t size = 0;
};

/// A number for what can be seen at the addresses of a code space: another one after invspace, or after code was
/// dropped. A block's count is cached under it.
class CodeView {
 public:
  static constexpr uint32_t kCopies = 0xffff'ffff;  ///< of rewritten code (rewriter.h); none of a space

  [[nodiscard]] uint32_t of(asx::SpaceId id, uint32_t generation);
  void changed(asx::SpaceId id);
  void changed_all();

 private:
  struct Entry {
    uint32_t id = 0;
    uint32_t generation = 0;
    uint32_t view = 0;
  };
  [[nodiscard]] Entry& slot(asx::SpaceId id) { return entries_[id.value % entries_.size()]; }

  std::array<Entry, 1024> entries_{};
  uint32_t last_view_ = 0;
};

class BlockCounts {
 public:
  /// A block and its count, as on_block remembers the last one.
  struct alignas(32) Entry {
    uint64_t tag = 0;  ///< of address, size and view at once: see tag()
    uint64_t address = 0;
    uint32_t size = 0;
    uint32_t instructions = 0;

    [[nodiscard]] Block block() const { return {address, size}; }
    [[nodiscard]] uint32_t count() const { return instructions; }
  };

  void set_view(uint32_t view) { view_ = view * 0x9e3779b97f4a7c15u; }
  /// The entry of a block, or nullptr.
  [[nodiscard]] const Entry* find(uint64_t address, uint32_t size) const {
    const Entry& entry = entries_[index(address)];
    return entry.tag == tag(address, size) ? &entry : nullptr;
  }
  [[nodiscard]] Entry make(Block block, uint32_t count) const {
    return {tag(block.address, block.size), block.address, block.size, count};
  }
  [[nodiscard]] const Entry* insert(const Entry& entry) {
    Entry& place = entries_[index(entry.address)];
    place = entry;
    return &place;
  }

 private:
  static constexpr uint64_t kEntries = 1u << 13;

  [[nodiscard]] static uint64_t index(uint64_t address) { return (address ^ (address >> 13)) & (kEntries - 1); }
  /// Code lies at offsets below 2^48 and a block is shorter than 2^16 bytes, so that address and size fit side by
  /// side. The view is spread over all bits: two views make equal tags of different blocks only if these lie apart by
  /// just the 64-bit product of the views' difference.
  [[nodiscard]] uint64_t tag(uint64_t address, uint32_t size) const { return (address << 16 | size) ^ view_; }

  uint64_t view_ = 0;
  std::array<Entry, kEntries> entries_{};
};

}  // namespace emu
