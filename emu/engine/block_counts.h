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
  struct Entry {
    uint64_t address = 0;
    uint64_t key = 0;  ///< view << 32 | size << 16 | count; a view is never 0

    [[nodiscard]] Block block() const { return {address, static_cast<uint32_t>(key >> 16 & 0xffff)}; }
    [[nodiscard]] uint32_t count() const { return static_cast<uint32_t>(key & 0xffff); }
  };

  void set_view(uint32_t view) {
    view_ = uint64_t{view} << 16;
    mix_ = view * 0x9e3779b1u;
  }
  /// The entry of a block, or nullptr.
  [[nodiscard]] const Entry* find(uint64_t address, uint32_t size) const {
    const Entry& entry = entries_[index(address)];
    const bool hit = entry.address == address && entry.key >> 16 == (view_ | size);
    return hit ? &entry : nullptr;
  }
  [[nodiscard]] Entry make(Block block, uint32_t count) const {
    return {block.address, (view_ | block.size) << 16 | count};
  }
  [[nodiscard]] const Entry* insert(const Entry& entry) {
    Entry& place = entries_[index(entry.address)];
    place = entry;
    return &place;
  }

 private:
  static constexpr uint64_t kEntries = 1u << 14;

  [[nodiscard]] uint64_t index(uint64_t address) const { return (address ^ (address >> 14) ^ mix_) & (kEntries - 1); }

  uint64_t view_ = 0;
  uint64_t mix_ = 0;
  std::array<Entry, kEntries> entries_{};
};

}  // namespace emu
