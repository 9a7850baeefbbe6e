// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/space.h"

namespace asx::insns {

namespace {

/// Reads again what CS or SS holds. A space that has died leaves an empty half, so that nothing of its list is used.
LoadedSpace refreshed(const Machine& machine, const LoadedSpace& space) {
  const auto live = find_live_space(machine, space.id, space.generation);
  if (live) return loaded(space.id, *live.value());
  LoadedSpace dead;
  dead.id = space.id;
  dead.generation = space.generation;
  return dead;
}

}  // namespace

// Manual 3.10
MaybeFault invspace(Machine& machine, const Instruction& instruction) {
  const uint64_t id = machine.registers.gpr[instruction.rm];
  CpuState& cpu = machine.cpu;
  if (id == kAllSpaces || id == cpu.code.id.value) cpu.code = refreshed(machine, cpu.code);
  if (id == kAllSpaces || id == cpu.stack.id.value) cpu.stack = refreshed(machine, cpu.stack);
  machine.engine.space_invalidated(id);
  return {};
}

}  // namespace asx::insns
