// SPDX-License-Identifier: GPL-2.0-or-later
// A translation lookaside buffer as an experimenter chooses it: set-associative, the least recently used entry of a set
// is replaced. Knows nothing of page tables: who misses walks, and inserts what was found.
#pragma once
#include <cstdint>
#include <vector>

namespace emu {

/// `ways` must divide `entries`, and the number of sets be a power of two.
struct TlbGeometry {
  uint32_t entries = 1;
  uint32_t ways = 1;
};

/// What an entry is found by: a page, and whose address it is. Pages of 4 KiB.
struct TlbKey {
  uint64_t page = 0;        ///< virtual address / 4096, with the selector
  uint32_t owner = 0;       ///< the space whose list the selector is looked up in; 0 in an untagged TLB
  uint32_t generation = 0;  ///< of the owner
  friend bool operator==(const TlbKey&, const TlbKey&) = default;
};

struct TlbEntry {
  TlbKey key;
  uint64_t frame = 0;   ///< physical address of the page
  uint32_t target = 0;  ///< id of the space that the page belongs to
  bool is_valid = false;
  bool allows_store = false;
};

class Tlb {
 public:
  explicit Tlb(TlbGeometry geometry);

  /// The entry, which becomes the most recently used of its set; nullptr on a miss.
  [[nodiscard]] const TlbEntry* find(const TlbKey& key) {
    TlbEntry* const set = set_of(key.page);
    if (set[0].key == key && set[0].is_valid) return set;
    return find_older(set, key);
  }

  /// Puts an entry in, as the most recently used. One with the same key, else a free one, else the least recently used
  /// makes room.
  void insert(const TlbEntry& entry);

  /// Both say how many entries were dropped.
  uint64_t drop_all();
  /// Entries whose owner or whose target is the space.
  uint64_t drop_space(uint32_t id);

 private:
  [[nodiscard]] TlbEntry* set_of(uint64_t page) { return entries_.data() + (page & set_mask_) * ways_; }
  [[nodiscard]] const TlbEntry* find_older(TlbEntry* set, const TlbKey& key);

  uint32_t ways_;
  uint64_t set_mask_;
  std::vector<TlbEntry> entries_;  ///< set after set, in each the most recently used first
};

}  // namespace emu
