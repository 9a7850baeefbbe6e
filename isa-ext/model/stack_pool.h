// SPDX-License-Identifier: GPL-2.0-or-later
// The stacks a gate can hand out (manual 2.5): a free list in memory that the hardware pops and pushes.
#pragma once
#include "isa-ext/model/checked.h"
#include "isa-ext/model/machine.h"

namespace asx {

/// One slot of a pool, found good.
struct PoolSlot {
  StackPool* pool = nullptr;
  StackSlot* slot = nullptr;
  uint32_t index = 0;  ///< 1-based

  void take() const;
  void give_back() const;
};

/// The slot that a call would take. PoolEmpty; Addressing if the pool is not in RAM or its free list is corrupt.
[[nodiscard]] Checked<PoolSlot> find_free_slot(const PhysicalMemory& memory, PhysicalAddress pool);

/// The slot that a return gives back. Addressing if there is no such slot, or it is free already.
[[nodiscard]] Checked<PoolSlot> find_used_slot(const PhysicalMemory& memory, PhysicalAddress pool, uint32_t index);

}  // namespace asx
