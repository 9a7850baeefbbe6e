// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/gate_entry.h"

namespace asx::insns {

namespace {

constexpr unsigned kSelectorBits = 16;

/// Bits 15-0 the selector, 16 the right to read, 17 to write.
Loan loan_of(uint64_t operand) {
  const uint32_t read = (operand & kLendRead) != 0 ? uint32_t{kEntryRead} : 0;
  const uint32_t write = (operand & kLendWrite) != 0 ? uint32_t{kEntryWrite} : 0;
  return {.selector = {static_cast<uint16_t>(operand)}, .rights = read | write};
}

}  // namespace

// Manual 3.13
MaybeFault gcalla(Machine& machine, const Instruction& instruction) {
  const uint64_t gate = machine.registers.gpr[instruction.reg];
  return call_gate(machine, {.gate = {static_cast<uint16_t>(gate)},
                             .entry = gate >> kSelectorBits,
                             .return_rip = machine.registers.rip + instruction.length,
                             .loan = loan_of(machine.registers.gpr[instruction.rm])});
}

}  // namespace asx::insns
