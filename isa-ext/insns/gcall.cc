// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/gate_entry.h"

namespace asx::insns {

namespace {

/// What lies above the selector is looked at with --entry=anywhere only.
constexpr unsigned kGateSelectorBits = 16;

}  // namespace

// Manual 3.1
MaybeFault gcall(Machine& machine, const Instruction& instruction) {
  const uint64_t operand = machine.registers.gpr[instruction.rm];
  return call_gate(machine, {.gate = {static_cast<uint16_t>(operand)},
                             .entry = operand >> kGateSelectorBits,
                             .return_rip = machine.registers.rip + instruction.length});
}

}  // namespace asx::insns
