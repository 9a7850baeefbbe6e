// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/secure_stack.h"

#include "kernel/lib/assert.h"
#include "kernel/object/gate_table.h"
#include "kernel/object/space_table.h"
#include "kernel/object/well_known.h"

namespace kernel {

uint32_t SecureStack::free_frames() const {
  const uint64_t free = (block_.secure_stack_limit - block_.secure_stack_top) / sizeof(Frame);
  return free > block_.reserve_frames ? static_cast<uint32_t>(free) - block_.reserve_frames : 0;
}

void SecureStack::push(const Frame& frame) {
  HOP_ASSERT(block_.secure_stack_top + sizeof(Frame) <= block_.secure_stack_limit);
  *at<Frame>({block_.secure_stack_top}) = frame;
  block_.secure_stack_top += sizeof(Frame);
}

void SecureStack::pop() {
  const Frame& frame = *top();
  // The pool is gone if the space behind the gate is.
  if (frame.pool_slot != 0 && space_table().is_alive(frame.gate_space, frame.gate_space_generation)) {
    stack_pool::give_back({frame.pool}, frame.pool_slot);
  }
  block_.secure_stack_top -= sizeof(Frame);
}

uint32_t SecureStack::entry_position(uint32_t below_top) const {
  while (below_top < depth() && frame(below_top)->kind == FrameKind::Narrow) ++below_top;
  return below_top;
}

bool is_returnable(const Frame& frame) {
  return space_table().is_alive(frame.cs_id, frame.cs_generation) &&
         space_table().is_alive(frame.ss_id, frame.ss_generation);
}

bool make_returnable(Frame& frame) {
  if (!space_table().is_alive(frame.cs_id, frame.cs_generation)) return false;
  if (space_table().is_alive(frame.ss_id, frame.ss_generation)) return true;
  frame.ss_id = well_known().no_stack;
  frame.ss_generation = space_table().descriptor(frame.ss_id).generation;
  return true;
}

}  // namespace kernel
