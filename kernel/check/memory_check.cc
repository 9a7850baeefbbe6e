// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/check/memory_check.h"

#include "kernel/abi/call.h"

namespace kernel {

namespace {
constexpr uint32_t kTable = ~uint32_t{0};
constexpr uint64_t address_of(uint64_t frame) {
  return frame * asx::kPageSize;
}
}  // namespace

Status MemoryCheck::begin() {
  const Result<PhysicalAddress> memory = frames().allocate_zeroed(order_for(frames().count_ * sizeof(uint32_t)));
  if (memory) uses_ = memory.value();
  return memory.status();
}

uint64_t MemoryCheck::add_space(const PageTable& pages, const RegionMap& regions) {
  bytes_ = 0;
  const Region* before = nullptr;
  check_regions(regions.root_, before);
  check_table(pages.root_, PageTable::kTopLevel, 0, regions);
  return bytes_;
}

void MemoryCheck::check_regions(const Region* region, const Region*& before) {
  if (region == nullptr) return;
  bytes_ += sizeof(Region);
  check_regions(region->left, before);
  if (region->start >= region->end) violations_.report("a region is empty", region->start);
  if (before != nullptr && before->end > region->start) violations_.report("regions overlap", region->start);
  const auto check_child = [&](const Region* child) {
    if (child == nullptr || child->priority <= region->priority) return;
    violations_.report("a region stands below one of lower priority", child->start);
  };
  check_child(region->left);
  check_child(region->right);
  before = region;
  check_regions(region->right, before);
}

void MemoryCheck::check_table(PhysicalAddress table, unsigned level, uint64_t base, const RegionMap& regions) {
  if (!frames().is_ram(table)) return violations_.report("a page table is not RAM", table.value);
  bytes_ += asx::kPageSize;
  const FrameInfo& info = frames().info(table);
  if (info.state != FrameInfo::State::Used || uses(table.value / asx::kPageSize) != 0) {
    return violations_.report("a page table's frame is free or used otherwise", table.value);
  }
  uses(table.value / asx::kPageSize) = kTable;
  uint64_t entries = 0;
  for (uint64_t index = 0; index < PageTable::kEntries; ++index) {
    const uint64_t slot = at<uint64_t>(table)[index];
    if (slot == 0) continue;
    ++entries;
    const uint64_t offset = base + (index << PageTable::shift(level));
    if (level == 0) {
      check_leaf(offset, slot, regions);
    } else {
      check_table({slot & asx::kPteAddressMask}, level - 1, offset, regions);
    }
  }
  if (entries != info.entries) violations_.report("a page table's entries are miscounted", table.value);
  if (entries == 0 && level != PageTable::kTopLevel) violations_.report("a page table is empty", table.value);
}

void MemoryCheck::check_leaf(uint64_t offset, uint64_t leaf, const RegionMap& regions) {
  const Region* region = regions.find(offset);
  if (region == nullptr) return violations_.report("a page lies in no region", offset);
  const bool is_device = (leaf & kPageDevice) != 0;
  if (is_device != (region->kind == RegionKind::Device))
    violations_.report("a page is of another kind than its region", offset);
  if ((leaf & asx::kPtePresent) != 0 && (leaf & asx::kPteWrite) != 0 &&
      (region->protection & hop::kProtectWrite) == 0) {
    violations_.report("a page can be written and its region cannot", offset);
  }
  if (is_device) return;
  bytes_ += asx::kPageSize;
  const PhysicalAddress frame{leaf & asx::kPteAddressMask};
  if (!frames().is_ram(frame)) return violations_.report("a page's frame is not RAM", offset);
  uint32_t& count = uses(frame.value / asx::kPageSize);
  if (count == kTable) return violations_.report("a page table is mapped as a page", offset);
  ++count;
}

void MemoryCheck::finish() {
  uint64_t heads[FrameAllocator::kMaximumOrder + 1] = {};
  uint64_t free = 0;
  for (uint64_t frame = 0; frame < frames().count_;) {
    const FrameInfo& info = frames().table_[frame];
    if (info.state == FrameInfo::State::Reserved) {
      ++frame;
      continue;
    }
    const uint64_t size = uint64_t{1} << info.order;
    if (info.order > FrameAllocator::kMaximumOrder || frame % size != 0 || frame + size > frames().count_) {
      violations_.report("a block of frames has an impossible size", address_of(frame));
      break;
    }
    if (info.state == FrameInfo::State::FreeHead) {
      ++heads[info.order];
      free += size;
      for (uint64_t i = frame; i < frame + size; ++i) {
        if (uses(i) != 0) violations_.report("a free frame is mapped", address_of(i));
      }
    } else {
      check_used(frame, info);
    }
    frame += size;
  }
  if (free != frames().free_frames_) violations_.report("free frames are miscounted", free);
  check_free_lists(heads);
  frames().free(uses_, order_for(frames().count_ * sizeof(uint32_t)));
}

void MemoryCheck::check_used(uint64_t frame, const FrameInfo& info) {
  const uint32_t found = uses(frame);
  const bool is_own = frame == uses_.value / asx::kPageSize;  // was free until begin()
  if (is_own && found != 0) return violations_.report("a free frame is mapped", address_of(frame));
  const uint32_t expected = found == 0 || found == kTable ? 1 : found;
  if (info.references != expected) violations_.report("a frame's references are miscounted", address_of(frame));
  if (found != 0 && info.order != 0) violations_.report("a page lies in a block of the kernel's", address_of(frame));
  for (uint64_t i = frame + 1; i < frame + (uint64_t{1} << info.order); ++i) {
    if (uses(i) != 0) violations_.report("a page lies in a block of the kernel's", address_of(i));
  }
}

void MemoryCheck::check_free_lists(const uint64_t (&heads)[FrameAllocator::kMaximumOrder + 1]) {
  for (unsigned order = 0; order <= FrameAllocator::kMaximumOrder; ++order) {
    uint64_t listed = 0;
    uint32_t before = FrameAllocator::kNone;
    for (uint32_t frame = frames().free_list_[order]; frame != FrameAllocator::kNone;) {
      const bool is_frame = frame < frames().count_ && listed <= heads[order];
      const FrameInfo* info = is_frame ? &frames().table_[frame] : nullptr;
      if (info == nullptr || info->state != FrameInfo::State::FreeHead || info->order != order ||
          info->previous != before) {
        violations_.report("a free list names what does not belong there", order);
        listed = heads[order];
        break;
      }
      ++listed;
      before = frame;
      frame = info->next;
    }
    if (listed != heads[order]) violations_.report("free blocks are missing from their list", order);
  }
}

}  // namespace kernel
