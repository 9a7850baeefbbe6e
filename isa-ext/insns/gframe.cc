// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/secure_stack.h"
#include "isa-ext/model/space.h"

namespace asx::insns {

namespace {

/// Parameter of the gate that the frame was pushed through; 0 if there is none, or its space has died.
uint64_t gate_parameter(const Machine& machine, const Frame& frame) {
  const auto space = find_live_space(machine, {frame.gate_space}, frame.gate_space_generation);
  if (!space || frame.gate_index >= space.value()->gate_count) return 0;
  const PhysicalAddress table{space.value()->gate_table};
  const auto* gate = machine.memory.at<const Gate>(table + uint64_t{frame.gate_index} * sizeof(Gate));
  return gate == nullptr ? 0 : gate->parameter;
}

uint64_t read_field(const Machine& machine, const SecureStack& stack, FrameField field) {
  static constexpr Frame kNone{};
  const Frame& top = stack.top() == nullptr ? kNone : *stack.top();
  switch (field) {
    case FrameField::Depth:
      return stack.depth();
    case FrameField::FreeFrames:
      return stack.free_above_reserve();
    case FrameField::CallerSpace:
      return top.cs_id;
    case FrameField::GateParameter:
      return gate_parameter(machine, top);
    case FrameField::Kind:
      return static_cast<uint64_t>(top.kind);
    case FrameField::CallerGeneration:
      return top.cs_generation;
  }
  return 0;
}

}  // namespace

// Manual 3.7
MaybeFault gframe(Machine& machine, const Instruction& instruction) {
  if (instruction.rm >= kFrameFieldCount) return refuse(AsCause::Operand);
  const auto stack = SecureStack::open(machine.memory, machine.cpu.thread);
  if (!stack) return refuse(stack.cause());
  const auto field = static_cast<FrameField>(instruction.rm);
  machine.registers.gpr[instruction.reg] = read_field(machine, stack.value(), field);
  return {};
}

}  // namespace asx::insns
