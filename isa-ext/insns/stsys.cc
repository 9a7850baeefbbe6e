// SPDX-License-Identifier: GPL-2.0-or-later
#include <utility>

#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/event_mask.h"

namespace asx::insns {

// Manual 3.9
MaybeFault stsys(Machine& machine, const Instruction& instruction) {
  CpuState& cpu = machine.cpu;
  uint64_t& target = machine.registers.gpr[instruction.reg];
  switch (static_cast<SystemRegister>(instruction.rm)) {
    case SystemRegister::SpaceTable:
      target = cpu.space_table.value;
      return {};
    case SystemRegister::SpaceCount:
      target = cpu.space_count;
      return {};
    case SystemRegister::VectorTable:
      target = cpu.vector_table.value;
      return {};
    case SystemRegister::Thread:
      target = cpu.thread.value;
      return {};
    case SystemRegister::EventMask:
      target = cpu.event_mask & kEventMaskBits;
      return {};
    case SystemRegister::Pending:
      target = cpu.pending & kEventMaskBits;
      return {};
    case SystemRegister::Clock:
      target = machine.engine.clock();
      return {};
    case SystemRegister::Compare:
      target = cpu.compare;
      return {};
    case SystemRegister::CpuId:
      target = cpu.id;
      return {};
    case SystemRegister::Signal:
      target = std::exchange(cpu.signals, 0);
      machine.engine.timer_changed();
      return {};
  }
  return refuse(AsCause::Operand);
}

}  // namespace asx::insns
