// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/model/gate_entry.h"

#include "isa-ext/model/access_list.h"
#include "isa-ext/model/event_mask.h"
#include "isa-ext/model/operand_mode.h"
#include "isa-ext/model/register_sets.h"
#include "isa-ext/model/return_record.h"
#include "isa-ext/model/space.h"

namespace asx {
namespace {

/// RFLAGS that would let a caller disturb the callee: TF, DF, NT, RF, AC start as 0. The frame keeps the caller's.
constexpr uint64_t kFlagsClearedAtEntry = 1u << 8 | 1u << 10 | 1u << 14 | 1u << 16 | 1u << 18;

bool is_valid(const Gate& gate) {
  return (gate.flags & kGateValid) != 0 && gate.stack_policy <= StackPolicy::Thread;
}

bool has_room(const SecureStack& stack, Entering entering, const Gate& gate) {
  if (entering == Entering::Event) return stack.free_frames() >= 1;
  return stack.free_above_reserve() >= uint64_t{1} + gate.minimum_free_frames;
}

void take_stack(Machine& machine, const GateEntry& entry, bool changes_space) {
  uint64_t& rsp = machine.registers.gpr[kRsp];
  uint64_t& fs_base = machine.registers.fs_base;
  switch (entry.gate->stack_policy) {
    case StackPolicy::Keep:
      return;
    case StackPolicy::Pool:
      rsp = entry.slot.slot->rsp - (entry.record == nullptr ? 0 : sizeof(ReturnRecord));
      fs_base = entry.slot.slot->fs_base;
      entry.slot.take();
      return;
    case StackPolicy::Thread:
      if (!changes_space) return;
      rsp = entry.stack.thread().kernel_rsp;
      fs_base = entry.stack.thread().kernel_fs_base;
      return;
  }
}

/// The callee has no use for what its caller did not pass to it.
void clear_registers(Machine& machine) {
  for_each(crossing(machine.variant.save).cleared, [&](unsigned i) { machine.registers.gpr[i] = 0; });
}

}  // namespace

Checked<GateEntry> check_gate(const Machine& machine, Entering entering, SpaceId space, const SpaceDescriptor& target,
                              uint32_t gate_index) {
  if ((target.flags & kSpaceCode) == 0) return AsCause::NotCodeSpace;
  if (gate_index >= target.gate_count) return AsCause::GateIndex;
  const auto* gate =
      machine.memory.at<const Gate>(PhysicalAddress{target.gate_table} + uint64_t{gate_index} * sizeof(Gate));
  if (gate == nullptr) return AsCause::Addressing;
  if (!is_valid(*gate)) return AsCause::GateInvalid;
  if (entering == Entering::Call && (gate->required_authority & ~machine.cpu.code.authority) != 0)
    return AsCause::Authority;

  const auto stack = SecureStack::open(machine.memory, machine.cpu.thread);
  if (!stack) return stack.cause();
  if (!has_room(stack.value(), entering, *gate)) return AsCause::SecureStackFull;

  GateEntry entry{space, &target, gate, gate_index, stack.value(), {}, {}, nullptr, gate->entry};
  if (gate->stack_policy == StackPolicy::Pool) {
    const auto slot = find_free_slot(machine.memory, {gate->pool});
    if (!slot) return slot.cause();
    entry.slot = slot.value();
  }
  return entry;
}

Frame& enter_gate(Machine& machine, GateEntry& entry, FrameKind kind, uint64_t return_rip) {
  const Gate& gate = *entry.gate;
  const LoadedSpace target = loaded(entry.space, *entry.target);
  const bool changes_space = machine.cpu.code.id != target.id || machine.cpu.code.generation != target.generation;

  const bool had_grant = has_grant(entry.stack.top());
  Frame& frame = entry.stack.push();
  save_state(frame, kind, machine, return_rip);
  frame.grant = entry.loan.grant;
  frame.grant_rights = entry.loan.rights;
  frame.gate_space = target.id.value;
  frame.gate_space_generation = target.generation;
  frame.gate_index = entry.gate_index;
  if (gate.stack_policy == StackPolicy::Pool) {
    frame.pool = gate.pool;
    frame.pool_slot = entry.slot.index;
  }

  if (entry.record != nullptr) *entry.record = record_of(frame);

  take_stack(machine, entry, changes_space);
  if (kind == FrameKind::Call) clear_registers(machine);
  machine.registers.rip = entry.rip;
  machine.registers.rflags &= ~kFlagsClearedAtEntry;
  machine.registers.gpr[kR11] = gate.parameter;
  set_operand_mode(machine, OperandMode::Tagged);
  set_event_mask(machine, machine.cpu.event_mask | gate.event_mask);
  load_code_and_stack(machine, entry.stack.thread(), target, machine.cpu.stack);
  if (had_grant || has_grant(&frame)) machine.engine.translations_changed();
  return frame;
}

MaybeFault call_gate(Machine& machine, const GateCall& call) {
  const Selector selector = call.gate;
  const auto fail = [selector](AsCause cause) {
    return Fault::address_space(cause, Access::None, AsOperation::GateCall, VirtualAddress::make(selector, 0));
  };
  const CpuState& cpu = machine.cpu;
  const auto selected = select_entry(half_of(machine, selector), selector, EntryKind::Gate);
  if (!selected) return fail(selected.cause());
  auto entry =
      check_gate(machine, Entering::Call, selected.value().id, *selected.value().space, selected.value().gate_index);
  if (!entry) return fail(entry.cause());
  const bool has_record = machine.variant.return_stack == ReturnStack::Memory && entry.value().slot.slot != nullptr;
  const auto find = [&](Marks marks) {
    const LoadedSpace callee = loaded(selected.value().id, *selected.value().space);
    return find_record(machine, callee, record_address(*entry.value().slot.slot), marks);
  };
  if (has_record) {
    const auto record = find(Marks::Leave);
    if (!record) return fail(record.cause());
    entry.value().record = record.value();
  }
  if (call.loan) {
    const auto loan = check_loan(machine, *call.loan);
    if (!loan) {
      return Fault::address_space(loan.cause(), Access::None, AsOperation::Grant,
                                  VirtualAddress::make(call.loan->selector, 0));
    }
    entry.value().loan = loan.value();
  }
  const bool is_entry_chosen = machine.variant.entry == EntryPoint::Anywhere && call.entry != 0;
  if (is_entry_chosen) entry.value().rip = call.entry;
  const SpaceDescriptor& target = *entry.value().target;
  if (needs_kernel(machine, entry.value().space, target.generation, target.flags)) {
    machine.registers.rip = call.return_rip;  // a trap: the kernel makes the call and does not repeat the instruction
    return Fault::address_space(AsCause::Switch, Access::None, AsOperation::GateCall,
                                VirtualAddress::make(selector, is_entry_chosen ? call.entry : 0));
  }

  const Observer::Hop hop{cpu.code.id, entry.value().space, entry.value().gate_index};
  if (has_record) (void)find(Marks::Set);
  enter_gate(machine, entry.value(), FrameKind::Call, call.return_rip);
  machine.observer.gate_call(hop);
  return {};
}

}  // namespace asx
