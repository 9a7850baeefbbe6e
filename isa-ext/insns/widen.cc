// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/secure_stack.h"
#include "isa-ext/model/space.h"

namespace asx::insns {

// Manual 3.4
MaybeFault widen(Machine& machine, const Instruction&) {
  const CpuState& cpu = machine.cpu;
  auto stack = SecureStack::open(machine.memory, cpu.thread);
  if (!stack) return refuse(stack.cause(), AsOperation::Widen);
  const Frame* frame = stack.value().top();
  if (frame == nullptr) return refuse(AsCause::SecureStackEmpty, AsOperation::Widen);
  if (frame->kind != FrameKind::Narrow) return refuse(AsCause::FrameKind, AsOperation::Widen);
  const bool is_own = SpaceId{frame->cs_id} == cpu.code.id && frame->cs_generation == cpu.code.generation;
  if (!is_own) return refuse(AsCause::WidenSpace, AsOperation::Widen);
  const auto spaces = find_return_spaces(machine, *frame);
  if (!spaces) return refuse(spaces.cause(), AsOperation::Widen);

  // commit
  const Observer::Hop hop{cpu.stack.id, spaces.value().stack.id, 0};
  machine.registers.gpr[kRsp] = frame->gpr[kRsp];
  machine.registers.fs_base = frame->fs_base;
  stack.value().pop();
  load_code_and_stack(machine, stack.value().thread(), cpu.code, spaces.value().stack);
  machine.observer.widen(hop);
  return {};
}

}  // namespace asx::insns
