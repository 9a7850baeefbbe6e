// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/fault/switch_spaces.h"

#include "kernel/arch/crossing.h"
#include "kernel/object/capability.h"

namespace kernel {

namespace {

/// RFLAGS that a gate call clears (manual 3.1): TF, DF, NT, RF, AC.
constexpr uint64_t kFlagsClearedAtEntry = 1u << 8 | 1u << 10 | 1u << 14 | 1u << 16 | 1u << 18;

/// The event frame of the caller becomes the frame of the call.
void make_call_frame(Frame& event, const GateName& gate, RegisterSet kept) {
  event.kind = FrameKind::Call;
  event.vector = event.error_code = 0;
  event.fault_address = 0;
  for (unsigned i = 0; i < 16; ++i) {
    if ((kept >> i & 1) == 0) event.gpr[i] = 0;
  }
  event.gate_space = gate.space;
  event.gate_space_generation = gate.generation;
  event.gate_index = gate.index;
}

}  // namespace

bool switch_call(Thread& thread) {
  SecureStack stack = thread.frames();
  Frame& event = *stack.top();
  Space* code = space_table().find(event.cs_id, event.cs_generation);
  Space* stack_space = space_table().find(event.ss_id, event.ss_generation);
  if (code == nullptr || stack_space == nullptr) return false;
  const asx::VirtualAddress operand{event.fault_address};
  const Result<ResolvedGate> found = resolve_gate({thread, *code, *stack_space}, operand.selector().value, 0);
  if (!found || stack.free_frames() == 0) return false;
  const GateName name = found.value().name;
  const asx::Gate& gate = *found.value().gate;
  if (gate.stack_policy == asx::StackPolicy::Thread) return false;  // the kernel's own, which needs no switch

  // for the callee; the frame that leads there is popped on the way out
  Frame entry = event;
  entry.vector = entry.error_code = 0;
  entry.fault_address = 0;
  entry.cs_id = name.space;
  entry.cs_generation = name.generation;
  entry.rip = operand.offset() != 0 ? operand.offset() : gate.entry;
  entry.rflags &= ~kFlagsClearedAtEntry;
  for (unsigned i = 0; i < 16; ++i) {
    if ((cleared_by_call() >> i & 1) != 0) entry.gpr[i] = 0;
  }
  entry.gpr[asx::kR11] = gate.parameter;
  if (gate.stack_policy == asx::StackPolicy::Pool) {
    const uint32_t slot = stack_pool::take({gate.pool});
    if (slot == 0) return false;
    entry.gpr[asx::kRsp] = stack_pool::slot({gate.pool}, slot).rsp;
    entry.fs_base = stack_pool::slot({gate.pool}, slot).fs_base;
    event.pool = gate.pool;
    event.pool_slot = slot;
  }
  make_call_frame(event, name, restored_by_return() | (is_variant(asx::kVariantSavesAll) ? kResultSet : 0));
  stack.push(entry);
  return true;
}

bool switch_return(Thread& thread) {
  SecureStack stack = thread.frames();
  const Frame callee = *stack.top();
  if (stack.depth() < 2) return false;
  stack.pop();
  Frame& frame = *stack.top();
  if (frame.kind != FrameKind::Call) return true;  // an event's: it restores everything
  if (frame.pool_slot != 0 && space_table().is_alive(frame.gate_space, frame.gate_space_generation)) {
    stack_pool::give_back({frame.pool}, frame.pool_slot);
  }
  frame.pool = frame.pool_slot = 0;
  frame.kind = FrameKind::Event;
  frame.fault_address = 0;
  frame.error_code = 0;
  for (unsigned i = 0; i < 16; ++i) {
    if ((restored_by_return() >> i & 1) == 0) frame.gpr[i] = callee.gpr[i];
  }
  return true;
}

}  // namespace kernel
