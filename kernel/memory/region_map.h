// SPDX-License-Identifier: GPL-2.0-or-later
// Which ranges of a space are mapped, and with which rights: disjoint regions in a search tree, neighbours of the
// same kind merged. The tree is a treap (Seidel and Aragon, Algorithmica 16, 1996): short, and balanced by chance.
#pragma once
#include <cstdint>

#include "kernel/lib/result.h"
#include "kernel/memory/account.h"

namespace kernel {

enum class RegionKind : uint32_t {
  Memory = 0,  ///< a page without a frame is given a zero one at first touch
  Device = 1,  ///< device registers
  Paged = 2,   ///< a page without a frame is asked for from the space's pager
};

struct Region {
  uint64_t start, end;
  uint64_t protection;  ///< hop::Protection
  RegionKind kind;
  uint32_t priority = 0;
  Region* left = nullptr;
  Region* right = nullptr;
};

class RegionMap {
 public:
  /// Its regions are charged to the account.
  explicit constexpr RegionMap(Account& account) : account_(account) {}
  RegionMap(const RegionMap&) = delete;
  RegionMap& operator=(const RegionMap&) = delete;

  /// The region that contains the offset, or nullptr.
  [[nodiscard]] Region* find(uint64_t offset) const;
  /// The first region that ends after the offset, or nullptr.
  [[nodiscard]] Region* first_after(uint64_t offset) const;
  [[nodiscard]] bool is_free(uint64_t start, uint64_t end) const;
  /// Whether every page of the range is mapped.
  [[nodiscard]] bool is_covered(uint64_t start, uint64_t end) const;

  /// Adds a range, which must be free, as a region of its own: to take it away again cannot fail. OutOfMemory.
  Status add(uint64_t start, uint64_t end, uint64_t protection, RegionKind kind);
  /// Merges the regions of a range with each other and with their neighbours, where they are alike.
  void settle(uint64_t start, uint64_t end);
  /// Removes what lies in the range. OutOfMemory (a region may have to be cut in two): nothing has changed then.
  Status remove(uint64_t start, uint64_t end);
  /// Changes the rights of what lies in the range. OutOfMemory as remove.
  Status protect(uint64_t start, uint64_t end, uint64_t protection);
  void remove_all();

 private:
  friend class MemoryCheck;
  Status cut(uint64_t offset);
  void join(uint64_t offset);
  void link(Region* region);
  void unlink_and_destroy(Region* region);

  Region* create(const Region& region);

  Account& account_;
  Region* root_ = nullptr;
};

}  // namespace kernel
