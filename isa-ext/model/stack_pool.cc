// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/model/stack_pool.h"

namespace asx {
namespace {

/// Any slot of the pool, by its 1-based index. Addressing if pool or index is bad.
Checked<PoolSlot> find_slot(const PhysicalMemory& memory, PhysicalAddress pool, uint32_t index) {
  auto* head = memory.at<StackPool>(pool);
  if (head == nullptr || index == 0 || index > head->slot_count) return AsCause::Addressing;
  auto* slot = memory.at<StackSlot>(pool + sizeof(StackPool) + uint64_t{index - 1} * sizeof(StackSlot));
  if (slot == nullptr) return AsCause::Addressing;
  return PoolSlot{head, slot, index};
}

}  // namespace

Checked<PoolSlot> find_free_slot(const PhysicalMemory& memory, PhysicalAddress pool) {
  const auto* head = memory.at<const StackPool>(pool);
  if (head == nullptr) return AsCause::Addressing;
  if (head->first_free == 0) return AsCause::PoolEmpty;
  const auto found = find_slot(memory, pool, head->first_free);
  if (!found) return found;
  if (found.value().slot->in_use != 0 || found.value().slot->next_free > head->slot_count) return AsCause::Addressing;
  return found;
}

Checked<PoolSlot> find_used_slot(const PhysicalMemory& memory, PhysicalAddress pool, uint32_t index) {
  const auto found = find_slot(memory, pool, index);
  if (!found) return found;
  if (found.value().slot->in_use == 0 || found.value().pool->first_free > found.value().pool->slot_count) {
    return AsCause::Addressing;
  }
  return found;
}

void PoolSlot::take() const {
  pool->first_free = slot->next_free;
  --pool->free_count;
  slot->next_free = 0;
  slot->in_use = 1;
}

void PoolSlot::give_back() const {
  slot->next_free = pool->first_free;
  slot->in_use = 0;
  pool->first_free = index;
  ++pool->free_count;
}

}  // namespace asx
