// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/access_list.h"
#include "isa-ext/model/secure_stack.h"
#include "isa-ext/model/space.h"

namespace asx::insns {

// Manual 3.6
MaybeFault tselc(Machine& machine, const Instruction& instruction) {
  const auto stack = SecureStack::open(machine.memory, machine.cpu.thread);
  if (!stack) return refuse(stack.cause());
  const Frame* frame = stack.value().top();
  if (frame == nullptr) return refuse(AsCause::SecureStackEmpty);

  const Selector selector = VirtualAddress{machine.registers.gpr[instruction.rm]}.selector();
  const bool is_code = selector.half() == Half::Code;
  const SpaceId id{is_code ? frame->cs_id : frame->ss_id};
  const uint32_t generation = is_code ? frame->cs_generation : frame->ss_generation;
  const auto space = find_live_space(machine, id, generation);
  uint64_t rights = 0;
  if (space) {
    const LoadedSpace of_caller = loaded(id, *space.value());
    const LoadedSpace& list = list_owner(machine.cpu, machine.variant, selector.half(), of_caller);
    rights = rights_of_selector({machine.cpu, machine.memory, machine.variant, of_caller, list, 1}, selector);
  }
  machine.registers.gpr[instruction.reg] = rights;
  return {};
}

}  // namespace asx::insns
