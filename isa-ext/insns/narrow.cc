// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/access_list.h"
#include "isa-ext/model/grant.h"
#include "isa-ext/model/secure_stack.h"
#include "isa-ext/model/space.h"

namespace asx::insns {

// Manual 3.3
MaybeFault narrow(Machine& machine, const Instruction& instruction) {
  const Selector selector{static_cast<uint16_t>(machine.registers.gpr[instruction.reg])};
  const auto fail = [selector](AsCause cause) {
    return Fault::address_space(cause, Access::None, AsOperation::Narrow, VirtualAddress::make(selector, 0));
  };
  const CpuState& cpu = machine.cpu;
  if (selector.half() != Half::Stack) return fail(AsCause::NotStackSpace);
  const auto selected = select_entry(half_of(machine, selector), selector, EntryKind::Space);
  if (!selected) return fail(selected.cause());
  // as SS it can be read and written through index 0, so the entry must grant both
  if (selected.value().rights != (kEntryRead | kEntryWrite)) return fail(AsCause::Rights);
  if ((selected.value().space->flags & kSpaceStack) == 0) return fail(AsCause::NotStackSpace);
  auto stack = SecureStack::open(machine.memory, cpu.thread);
  if (!stack) return fail(stack.cause());
  if (stack.value().free_above_reserve() == 0) return fail(AsCause::SecureStackFull);

  // commit
  const Observer::Hop hop{cpu.stack.id, selected.value().id, 0};
  const Frame* const entered_by = stack.value().top();
  Frame& frame = stack.value().push();
  save_state(frame, FrameKind::Narrow, machine, machine.registers.rip + instruction.length);
  if (has_grant(entered_by)) {  // the argument slot stays as it is
    frame.grant = entered_by->grant;
    frame.grant_rights = entered_by->grant_rights;
  }
  machine.registers.gpr[kRsp] = machine.registers.gpr[instruction.rm];
  load_code_and_stack(machine, stack.value().thread(), cpu.code, loaded(selected.value().id, *selected.value().space));
  machine.observer.narrow(hop);
  return {};
}

}  // namespace asx::insns
