// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/event_mask.h"

namespace asx::insns {

namespace {

void signal_cpus(Machine& machine, uint64_t cpus) {
  CpuState& cpu = machine.cpu;
  const uint64_t own = uint64_t{1} << cpu.id;
  machine.engine.signal(cpus & ~own);
  if ((cpus & own) == 0) return;
  cpu.signals |= own;
  machine.engine.timer_changed();
}

}  // namespace

// Manual 3.8
MaybeFault ldsys(Machine& machine, const Instruction& instruction) {
  CpuState& cpu = machine.cpu;
  const uint64_t value = machine.registers.gpr[instruction.rm];
  switch (static_cast<SystemRegister>(instruction.reg)) {
    case SystemRegister::SpaceTable:
      cpu.space_table = {value};
      return {};
    case SystemRegister::SpaceCount:
      if (value > UINT32_MAX) return refuse(AsCause::Operand);
      cpu.space_count = static_cast<uint32_t>(value);
      return {};
    case SystemRegister::VectorTable:
      cpu.vector_table = {value};
      return {};
    case SystemRegister::EventMask:
      set_event_mask(machine, value);
      return {};
    case SystemRegister::Compare:
      cpu.compare = value;
      machine.engine.timer_changed();
      return {};
    case SystemRegister::Signal:
      signal_cpus(machine, value);
      return {};
    case SystemRegister::Thread:
    case SystemRegister::Pending:
    case SystemRegister::Clock:
    case SystemRegister::CpuId:
      break;  // read only
  }
  return refuse(AsCause::Operand);
}

}  // namespace asx::insns
