// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/grant.h"
#include "isa-ext/model/return_record.h"
#include "isa-ext/model/secure_stack.h"
#include "isa-ext/model/space.h"
#include "isa-ext/model/stack_pool.h"

namespace asx::insns {

namespace {

/// The stack to give back. None if the frame has none, or if the gate's space, and so its pool, has died.
Checked<PoolSlot> find_slot_to_give_back(const Machine& machine, const Frame& frame) {
  if (frame.pool_slot == 0) return PoolSlot{};
  const auto gate_space = find_live_space(machine, {frame.gate_space}, frame.gate_space_generation);
  if (!gate_space) return PoolSlot{};
  return find_used_slot(machine.memory, {frame.pool}, frame.pool_slot);
}

}  // namespace

// Manual 3.2
MaybeFault gret(Machine& machine, const Instruction&) {
  auto stack = SecureStack::open(machine.memory, machine.cpu.thread);
  if (!stack) return refuse(stack.cause(), AsOperation::Return);
  const Frame* top = stack.value().top();
  if (top == nullptr) return refuse(AsCause::SecureStackEmpty, AsOperation::Return);
  const bool is_event = top->kind == FrameKind::Event;
  if (!is_event && top->kind != FrameKind::Call) return refuse(AsCause::FrameKind, AsOperation::Return);
  Frame forgeable;
  const bool is_by_record = returns_by_record(machine, *top);
  if (is_by_record) {
    const auto believed = frame_by_record(machine, *top, Marks::Leave);
    if (!believed) return believed.fault();
    forgeable = believed.value();
  }
  const Frame& frame = is_by_record ? forgeable : *top;
  const auto spaces = find_return_spaces(machine, frame);
  if (!spaces) return refuse(spaces.cause(), AsOperation::Return);
  const auto slot = find_slot_to_give_back(machine, frame);
  if (!slot) return refuse(slot.cause(), AsOperation::Return);
  const LoadedSpace& target = spaces.value().code;
  if (needs_kernel(machine, target.id, target.generation, target.flags)) {
    return refuse(AsCause::Switch, AsOperation::Return);
  }

  // commit
  const Observer::Hop hop{machine.cpu.code.id, spaces.value().code.id, frame.gate_index};
  if (is_by_record) (void)frame_by_record(machine, *top, Marks::Set);
  if (slot.value().slot != nullptr) slot.value().give_back();
  restore_state(frame, machine);
  const bool had_grant = has_grant(top);
  stack.value().pop();
  load_code_and_stack(machine, stack.value().thread(), spaces.value().code, spaces.value().stack);
  if (had_grant || has_grant(stack.value().top())) machine.engine.translations_changed();
  if (is_event) {
    machine.observer.event_return(hop);
  } else {
    machine.observer.gate_return(hop);
  }
  return {};
}

}  // namespace asx::insns
