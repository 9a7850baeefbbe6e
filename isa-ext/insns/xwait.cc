// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"

namespace asx::insns {

// Manual 3.12
MaybeFault xwait(Machine& machine, const Instruction& instruction) {
  machine.cpu.wait_mask = machine.registers.gpr[instruction.rm];
  machine.engine.wait_for_event();
  return {};
}

}  // namespace asx::insns
