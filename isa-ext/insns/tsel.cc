// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/translate.h"

namespace asx::insns {

// Manual 3.5
MaybeFault tsel(Machine& machine, const Instruction& instruction) {
  const VirtualAddress address{machine.registers.gpr[instruction.rm]};
  machine.registers.gpr[instruction.reg] = selector_rights(machine, address.selector());
  return {};
}

}  // namespace asx::insns
