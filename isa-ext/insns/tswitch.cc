// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/secure_stack.h"
#include "isa-ext/model/space.h"

namespace asx::insns {

// Manual 3.11
MaybeFault tswitch(Machine& machine, const Instruction& instruction) {
  CpuState& cpu = machine.cpu;
  const PhysicalAddress address{machine.registers.gpr[instruction.rm]};
  const auto stack = SecureStack::open(machine.memory, address);
  if (!stack) return refuse(AsCause::Operand);
  ThreadBlock& thread = stack.value().thread();
  const SpaceId id{thread.ss_id};
  const auto space = find_live_space(machine, id, thread.ss_generation);
  if (!space) return refuse(space.cause());
  if ((space.value()->flags & kSpaceStack) == 0) return refuse(AsCause::NotStackSpace);

  // commit; CS stays, so the new thread continues in the kernel's code
  cpu.thread = address;
  load_lists_of_thread(cpu, machine.memory, machine.variant, thread);
  if (machine.variant.bind != Bind::CodeAndStack) machine.engine.translations_changed();
  load_code_and_stack(machine, thread, cpu.code, loaded(id, *space.value()));
  return {};
}

}  // namespace asx::insns
