// SPDX-License-Identifier: GPL-2.0-or-later
// The 4-level page tables of one space (Intel SDM vol. 3, 4.5). A table that becomes empty is given back at once.
#pragma once
#include "isa-ext/abi/event.h"
#include "kernel/memory/account.h"

namespace kernel {

/// Leaf entries: bits the hardware leaves to software.
enum PageSoftwareFlag : uint64_t {
  kPageCopyOnWrite = 1u << 9,  ///< the frame has other users: a write gets a copy of its own
  kPageDevice = 1u << 10,      ///< device registers: no frame, nothing to give back
  kPageReadOnly = 1u << 11,    ///< the pager gave it for reading: it is asked again before the first write
};

constexpr uint64_t kSpaceLimit = uint64_t{1} << asx::kOffsetBits;

class PageTable {
 public:
  /// Its tables are charged to the account.
  explicit constexpr PageTable(Account& account) : account_(account) {}
  Status create();
  /// Gives back the tables; the leaves must be gone.
  void destroy();
  [[nodiscard]] PhysicalAddress root() const { return root_; }

  /// The leaf entry, or nullptr if there is no table for it. A leaf may hold a frame without being present.
  [[nodiscard]] uint64_t* find(uint64_t offset) const;
  /// Puts a leaf entry (not 0) where there is none. OutOfMemory: for a table.
  Status set(uint64_t offset, uint64_t leaf);

  /// Calls visit(offset, leaf) for every leaf entry that is not 0; it may change the leaf to anything but 0.
  template <typename Visit>
  void for_each(uint64_t start, uint64_t end, Visit&& visit) const {
    if (start < end) walk<false>(account_, root_, kTopLevel, 0, start, end, visit);
  }
  /// The same, but every leaf is removed after the visit.
  template <typename Visit>
  void clear(uint64_t start, uint64_t end, Visit&& visit) {
    if (start < end) walk<true>(account_, root_, kTopLevel, 0, start, end, visit);
  }

 private:
  friend class MemoryCheck;
  static constexpr unsigned kTopLevel = 3;
  static constexpr uint64_t kEntries = 512;
  [[nodiscard]] static constexpr unsigned shift(unsigned level) { return 12 + 9 * level; }
  [[nodiscard]] static uint64_t* entry(PhysicalAddress table, unsigned level, uint64_t offset) {
    return at<uint64_t>(table) + ((offset >> shift(level)) & (kEntries - 1));
  }

  /// Visits the entries of one table that cover [start, end); the table begins at offset `base`.
  template <bool kRemove, typename Visit>
  static void walk(Account& account, PhysicalAddress table, unsigned level, uint64_t base, uint64_t start, uint64_t end,
                   Visit& visit) {
    const uint64_t step = uint64_t{1} << shift(level);
    uint64_t index = start <= base ? 0 : (start - base) >> shift(level);
    for (uint64_t offset = base + index * step; index < kEntries && offset < end; ++index, offset += step) {
      uint64_t& slot = at<uint64_t>(table)[index];
      if (slot == 0) continue;
      bool remove = kRemove;
      if (level == 0) {
        visit(offset, slot);
      } else {
        const PhysicalAddress child{slot & asx::kPteAddressMask};
        walk<kRemove>(account, child, level - 1, offset, start, end, visit);
        remove = kRemove && frames().info(child).entries == 0;
        if (remove) free_frames(account, child, 0);
      }
      if (remove) {
        slot = 0;
        --frames().info(table).entries;
      }
    }
  }

  void prune(uint64_t offset);

  Account& account_;
  PhysicalAddress root_;
};

}  // namespace kernel
