// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/operand_mode.h"

namespace asx::insns {

// Manual 3.16
MaybeFault stsel(Machine& machine, const Instruction& instruction) {
  if (offered_mode(machine.variant) == OperandMode::Tagged) return not_offered();
  if (!has_selector_register(machine.variant, instruction.rm)) return refuse(AsCause::Operand);
  machine.registers.gpr[instruction.reg] = selector_in(machine.cpu, instruction.rm).value;
  return {};
}

}  // namespace asx::insns
