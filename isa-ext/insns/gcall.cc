// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/gate_entry.h"

namespace asx::insns {

// Manual 3.1
MaybeFault gcall(Machine& machine, const Instruction& instruction) {
  const Selector gate{static_cast<uint16_t>(machine.registers.gpr[instruction.rm])};
  return call_gate(machine, gate, machine.registers.rip + instruction.length);
}

}  // namespace asx::insns
