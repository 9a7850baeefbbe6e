// SPDX-License-Identifier: GPL-2.0-or-later
// Which directory blocks must be written before which others, so that a file that loses a name in one of them has its
// new name on the disk by then (README.md, step 3). Kept from one commit to the next.
#pragma once
#include <cstdint>

#include "userland/lib/ext2/cache.h"

namespace hop::ext2 {

class WriteOrder {
 public:
  /// An inode was given a name in a block of a directory.
  struct Addition {
    uint32_t inode, block, directory;
  };
  static constexpr uint32_t kAdditions = 64, kEdges = 128;

  [[nodiscard]] bool has_room() const { return additions_ + 2 <= kAdditions; }
  [[nodiscard]] bool has_edge_room() const { return edges_ < kEdges; }
  void add_name(const Addition& addition) { addition_[additions_++] = addition; }
  [[nodiscard]] uint32_t size() const { return additions_; }
  [[nodiscard]] const Addition& operator[](uint32_t index) const { return addition_[index]; }

  /// `later` shall be written after `earlier`. False, and nothing has changed: there is no room, or it would be a
  /// circle; commit then.
  [[nodiscard]] bool put_after(uint32_t later, uint32_t earlier);
  /// Must this block wait for one that is still dirty?
  [[nodiscard]] bool must_wait(uint32_t block, const Cache& cache);
  void clear() { additions_ = edges_ = 0; }

 private:
  struct Edge {
    uint32_t later, earlier;
    bool is_visited;
  };
  template <typename Found>
  [[nodiscard]] bool any_before(uint32_t block, Found&& found);
  template <typename Found>
  [[nodiscard]] bool visit(uint32_t block, Found&& found);

  Addition addition_[kAdditions];
  Edge edge_[kEdges];
  uint32_t additions_ = 0, edges_ = 0;
};

}  // namespace hop::ext2
