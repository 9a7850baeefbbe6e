// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/operand_mode.h"

namespace asx::insns {

// Manual 3.15
MaybeFault ldsel(Machine& machine, const Instruction& instruction) {
  if (offered_mode(machine.variant) == OperandMode::Tagged) return not_offered();
  if (!has_selector_register(machine.variant, instruction.reg)) return refuse(AsCause::Operand);
  machine.cpu.selector_registers[instruction.reg - 1u] = static_cast<uint16_t>(machine.registers.gpr[instruction.rm]);
  return {};
}

}  // namespace asx::insns
