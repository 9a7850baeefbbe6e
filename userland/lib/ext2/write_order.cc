// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/lib/ext2/write_order.h"

namespace hop::ext2 {

/// Is found() true of any block that comes before this one, directly or not?
template <typename Found>
bool WriteOrder::visit(uint32_t block, Found&& found) {
  for (uint32_t i = 0; i < edges_; ++i) {
    Edge& edge = edge_[i];
    if (edge.later != block || edge.is_visited) continue;
    edge.is_visited = true;
    if (found(edge.earlier) || visit(edge.earlier, found)) return true;
  }
  return false;
}

template <typename Found>
bool WriteOrder::any_before(uint32_t block, Found&& found) {
  for (uint32_t i = 0; i < edges_; ++i) edge_[i].is_visited = false;
  return visit(block, found);
}

bool WriteOrder::put_after(uint32_t later, uint32_t earlier) {
  if (later == earlier) return true;
  for (uint32_t i = 0; i < edges_; ++i) {
    if (edge_[i].later == later && edge_[i].earlier == earlier) return true;
  }
  if (edges_ == kEdges || any_before(earlier, [&](uint32_t block) { return block == later; })) return false;
  edge_[edges_++] = {later, earlier, false};
  return true;
}

bool WriteOrder::must_wait(uint32_t block, const Cache& cache) {
  return any_before(block, [&](uint32_t earlier) { return cache.is_dirty_directory(earlier); });
}

}  // namespace hop::ext2
