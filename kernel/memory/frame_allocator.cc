// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/memory/frame_allocator.h"

#include "kernel/lib/assert.h"
#include "kernel/lib/bytes.h"

namespace kernel {

namespace {
constinit FrameAllocator machine_frames;
}

FrameAllocator& frames() {
  return machine_frames;
}

void FrameAllocator::initialize(FrameInfo* table, uint64_t frame_count) {
  table_ = table;
  count_ = frame_count;
  free_frames_ = 0;
  for (uint32_t& head : free_list_) head = kNone;
}

void FrameAllocator::link(uint32_t frame, unsigned order) {
  FrameInfo& block = table_[frame];
  block.state = FrameInfo::State::FreeHead;
  block.order = static_cast<uint8_t>(order);
  block.previous = kNone;
  block.next = free_list_[order];
  if (block.next != kNone) table_[block.next].previous = frame;
  free_list_[order] = frame;
}

void FrameAllocator::unlink(uint32_t frame) {
  FrameInfo& block = table_[frame];
  if (block.next != kNone) table_[block.next].previous = block.previous;
  (block.previous == kNone ? free_list_[block.order] : table_[block.previous].next) = block.next;
  block.state = FrameInfo::State::Used;
}

void FrameAllocator::add_free(PhysicalAddress start, PhysicalAddress end) {
  uint64_t frame = start.value / asx::kPageSize;
  const uint64_t last = end.value / asx::kPageSize;
  while (frame < last) {
    unsigned order = 0;
    while (order < kMaximumOrder && frame % (2u << order) == 0 && frame + (2u << order) <= last) ++order;
    free({frame * asx::kPageSize}, order);
    frame += uint64_t{1} << order;
  }
}

constinit uint64_t allocations_until_failure = 0;

Result<PhysicalAddress> FrameAllocator::allocate(unsigned order) {
  if (is_allocation_to_fail()) return Status::OutOfMemory;
  return allocate_block(order);
}

Result<PhysicalAddress> FrameAllocator::allocate_block(unsigned order) {
  unsigned found = order;
  while (found <= kMaximumOrder && free_list_[found] == kNone) ++found;
  if (found > kMaximumOrder) {
    const bool is_worth_trying = (reclaim_ != nullptr && reclaim_()) || join_all();
    return is_worth_trying ? allocate_block(order) : Result<PhysicalAddress>(Status::OutOfMemory);
  }
  if (found == order && order < kLazyOrders && slack_[order] != 0) --slack_[order];
  const uint32_t frame = free_list_[found];
  unlink(frame);
  while (found > order) {
    --found;
    link(frame + (1u << found), found);
  }
  FrameInfo& block = table_[frame];
  block.order = static_cast<uint8_t>(order);
  block.references = 1;
  block.entries = 0;
  free_frames_ -= uint64_t{1} << order;
  return PhysicalAddress{uint64_t{frame} * asx::kPageSize};
}

Result<PhysicalAddress> FrameAllocator::allocate_zeroed(unsigned order) {
  const Result<PhysicalAddress> block = allocate(order);
  if (block) zero_blocks(at<void>(block.value()), asx::kPageSize << order);
  return block;
}

void FrameAllocator::free(PhysicalAddress block, unsigned order) {
  const uint64_t frame = block.value / asx::kPageSize;
  HOP_ASSERT(table_[frame].state != FrameInfo::State::FreeHead);
  table_[frame].references = 0;
  free_frames_ += uint64_t{1} << order;
  if (order < kLazyOrders && slack_[order] < kSlack) {
    ++slack_[order];
    link(static_cast<uint32_t>(frame), order);
  } else {
    join(frame, order);
  }
}

/// Frees a block, together with its buddy if that is free, and so on.
void FrameAllocator::join(uint64_t frame, unsigned order) {
  while (order < kMaximumOrder) {
    const uint64_t buddy = frame ^ (uint64_t{1} << order);
    if (buddy + (uint64_t{1} << order) > count_) break;
    if (table_[buddy].state != FrameInfo::State::FreeHead || table_[buddy].order != order) break;
    unlink(static_cast<uint32_t>(buddy));
    frame &= ~(uint64_t{1} << order);
    ++order;
  }
  link(static_cast<uint32_t>(frame), order);
}

/// Joins what was left alone. Returns whether there was anything.
bool FrameAllocator::join_all() {
  bool was_lazy = false;
  for (unsigned order = 0; order < kLazyOrders; ++order) {
    if (slack_[order] == 0) continue;
    was_lazy = true;
    slack_[order] = 0;
    uint32_t frame = free_list_[order];
    free_list_[order] = kNone;
    for (uint32_t i = frame; i != kNone; i = table_[i].next) table_[i].state = FrameInfo::State::Used;
    while (frame != kNone) {
      const uint32_t next = table_[frame].next;
      join(frame, order);
      frame = next;
    }
  }
  return was_lazy;
}

void FrameAllocator::reference(PhysicalAddress frame) {
  ++info(frame).references;
}

void FrameAllocator::release(PhysicalAddress frame) {
  FrameInfo& block = info(frame);
  if (block.state == FrameInfo::State::Reserved) return;
  HOP_ASSERT(block.references != 0);
  if (--block.references == 0) free(frame, 0);
}

}  // namespace kernel
