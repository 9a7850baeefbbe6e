// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/space.h"

namespace asx::insns {

// Manual 3.10
MaybeFault invspace(Machine& machine, const Instruction& instruction) {
  const uint64_t id = machine.registers.gpr[instruction.rm];
  reload_spaces(machine.cpu, machine.memory, machine.variant, id);
  machine.engine.space_invalidated(id);
  return {};
}

}  // namespace asx::insns
