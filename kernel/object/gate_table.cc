// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/gate_table.h"

#include "kernel/lib/assert.h"
#include "kernel/lib/bytes.h"
#include "kernel/memory/frame_allocator.h"

namespace kernel {

Result<uint32_t> GateTable::add(const asx::Gate& gate, Account& account) {
  if (count_ == kMaximumGates) return Status::NoSpace;
  if (count_ == capacity_) {
    const uint64_t old_bytes = capacity_ * sizeof(asx::Gate);
    const uint64_t new_bytes = capacity_ == 0 ? asx::kPageSize : 2 * old_bytes;
    const Result<PhysicalAddress> memory = allocate_zeroed_frames(account, order_for(new_bytes));
    if (!memory) return memory.status();
    if (capacity_ != 0) {
      copy_blocks(at<void>(memory.value()), gates(), old_bytes);
      free_frames(account, address_, order_for(old_bytes));
    }
    address_ = memory.value();
    capacity_ = static_cast<uint32_t>(new_bytes / sizeof(asx::Gate));
  }
  gates()[count_] = gate;
  return count_++;
}

void GateTable::destroy(Account& account) {
  if (capacity_ != 0) free_frames(account, address_, order_for(capacity_ * sizeof(asx::Gate)));
  capacity_ = count_ = 0;
}

namespace stack_pool {

Result<PhysicalAddress> create(Account& account) {
  return allocate_zeroed_frames(account, 0);
}

Status add(PhysicalAddress pool, uint64_t rsp, uint64_t fs_base) {
  asx::StackPool& head = header(pool);
  if (head.slot_count == kMaximumStacks) return Status::NoSpace;
  const uint32_t number = ++head.slot_count;
  slot(pool, number) = {.rsp = rsp, .fs_base = fs_base, .next_free = 0, .in_use = 1, .software = 0};
  give_back(pool, number);
  return Status::Ok;
}

const asx::StackSlot* next(PhysicalAddress pool) {
  const uint32_t number = header(pool).first_free;
  return number == 0 ? nullptr : &slot(pool, number);
}

void give_back(PhysicalAddress pool, uint32_t number) {
  asx::StackPool& head = header(pool);
  asx::StackSlot& given = slot(pool, number);
  HOP_ASSERT(number != 0 && number <= head.slot_count && given.in_use == 1);
  given.in_use = 0;
  given.next_free = head.first_free;
  head.first_free = number;
  ++head.free_count;
}

}  // namespace stack_pool

}  // namespace kernel
