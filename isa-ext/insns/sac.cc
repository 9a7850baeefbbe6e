// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/operand_mode.h"

namespace asx::insns {

// Manual 3.14
MaybeFault sac(Machine& machine, const Instruction& instruction) {
  const OperandMode offered = offered_mode(machine.variant);
  if (offered == OperandMode::Tagged) return not_offered();
  const auto mode = static_cast<OperandMode>(instruction.rm);
  if (mode != OperandMode::Tagged && mode != offered) return refuse(AsCause::Operand);
  set_operand_mode(machine, mode);
  return {};
}

}  // namespace asx::insns
