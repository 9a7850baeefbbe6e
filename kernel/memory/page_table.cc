// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/memory/page_table.h"

#include "kernel/lib/assert.h"

namespace kernel {

Status PageTable::create() {
  const Result<PhysicalAddress> root = allocate_zeroed_frames(account_, 0);
  if (root) root_ = root.value();
  return root.status();
}

void PageTable::destroy() {
  HOP_ASSERT(frames().info(root_).entries == 0);
  free_frames(account_, root_, 0);
  root_ = {};
}

uint64_t* PageTable::find(uint64_t offset) const {
  PhysicalAddress table = root_;
  for (unsigned level = kTopLevel; level != 0; --level) {
    const uint64_t slot = *entry(table, level, offset);
    if (slot == 0) return nullptr;
    table = {slot & asx::kPteAddressMask};
  }
  return entry(table, 0, offset);
}

Status PageTable::set(uint64_t offset, uint64_t leaf) {
  PhysicalAddress table = root_;
  for (unsigned level = kTopLevel; level != 0; --level) {
    uint64_t& slot = *entry(table, level, offset);
    if (slot == 0) {
      const Result<PhysicalAddress> child = allocate_zeroed_frames(account_, 0);
      if (!child) {
        prune(offset);
        return child.status();
      }
      slot = child.value().value | asx::kPtePresent | asx::kPteWrite | asx::kPteUser;
      ++frames().info(table).entries;
    }
    table = {slot & asx::kPteAddressMask};
  }
  uint64_t& slot = *entry(table, 0, offset);
  HOP_ASSERT(slot == 0 && leaf != 0);
  slot = leaf;
  ++frames().info(table).entries;
  return Status::Ok;
}

/// Gives back the empty tables that a failed set() left on the way to an offset.
void PageTable::prune(uint64_t offset) {
  const uint64_t page = offset & ~asx::kPageMask;
  clear(page, page + asx::kPageSize, [](uint64_t, uint64_t) {});
}

}  // namespace kernel
