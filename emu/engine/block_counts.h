// SPDX-License-Identifier: GPL-2.0-or-later
// How many instructions a block has: what the block hook adds to the clock. A direct-mapped cache, so that the usual
// case is a few instructions inline; whoever misses asks the engine and puts the answer in.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

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
  /// The count of a block that must not run as a whole: it has an instruction that this machine does not have.
  static constexpr uint32_t kSpecial = 0;
  static constexpr uint32_t kUnknown = ~0u;

  BlockCounts() : entries_(kEntries) {}

  void set_view(uint32_t view) {
    view_ = uint64_t{view} << 32;
    mix_ = view * 0x9e3779b1u;
  }
  [[nodiscard]] uint32_t find(Block block) const {
    const Entry& entry = entries_[index(block.address)];
    const bool hit = entry.address == block.address && (entry.key & ~kCountMask) == key(block);
    return hit ? static_cast<uint32_t>(entry.key & kCountMask) : kUnknown;
  }
  void insert(Block block, uint32_t count) { entries_[index(block.address)] = {block.address, key(block) | count}; }

 private:
  struct Entry {
    uint64_t address = 0;
    uint64_t key = 0;  ///< view, size, count; a view is never 0
  };
  static constexpr uint64_t kEntries = 1u << 14;
  static constexpr uint64_t kCountMask = 0xffff;

  [[nodiscard]] uint64_t key(Block block) const { return view_ | uint64_t{block.size} << 16; }
  [[nodiscard]] uint64_t index(uint64_t address) const { return (address ^ (address >> 14) ^ mix_) & (kEntries - 1); }

  std::vector<Entry> entries_;
  uint64_t view_ = 0;
  uint64_t mix_ = 0;
};

}  // namespace emu
