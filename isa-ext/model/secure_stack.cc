// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/model/secure_stack.h"

#include <algorithm>
#include <cassert>

#include "isa-ext/model/event_mask.h"
#include "isa-ext/model/operand_mode.h"
#include "isa-ext/model/register_sets.h"
#include "isa-ext/model/space.h"

namespace asx {
namespace {

Checked<LoadedSpace> find_return_space(const Machine& machine, SpaceId id, uint32_t generation, uint32_t flag,
                                       AsCause refusal) {
  const auto space = find_live_space(machine, id, generation);
  if (!space) return space.cause() == AsCause::Addressing ? AsCause::Addressing : refusal;
  if ((space.value()->flags & flag) == 0) return refusal;
  return loaded(id, *space.value());
}

}  // namespace

Checked<SecureStack> SecureStack::open(const PhysicalMemory& memory, PhysicalAddress thread) {
  auto* block = memory.at<ThreadBlock>(thread);
  if (block == nullptr) return AsCause::Addressing;
  const uint64_t base = block->secure_stack_base;
  const uint64_t top = block->secure_stack_top;
  const uint64_t limit = block->secure_stack_limit;
  if (base > top || top > limit || (top - base) % sizeof(Frame) != 0 || (limit - base) % sizeof(Frame) != 0) {
    return AsCause::Addressing;
  }
  const uint64_t capacity = (limit - base) / sizeof(Frame);
  auto* frames = memory.array<Frame>({base}, capacity);
  if (frames == nullptr) return AsCause::Addressing;
  return SecureStack(block, frames, capacity, (top - base) / sizeof(Frame));
}

Frame& SecureStack::push() {
  assert(depth_ < capacity_);
  Frame& frame = frames_[depth_++];
  frame = Frame{};
  store_top();
  return frame;
}

void SecureStack::pop() {
  assert(depth_ > 0);
  --depth_;
  store_top();
}

void SecureStack::store_top() {
  thread_->secure_stack_top = thread_->secure_stack_base + depth_ * sizeof(Frame);
}

void save_state(Frame& frame, FrameKind kind, const Machine& machine, uint64_t return_rip) {
  const CpuState& cpu = machine.cpu;
  const Registers& registers = machine.registers;
  frame.kind = kind;
  frame.operand_mode = cpu.operand_mode;
  std::ranges::copy(cpu.selector_registers, frame.selector_registers);
  frame.event_mask = static_cast<uint32_t>(cpu.event_mask);
  frame.cs_id = cpu.code.id.value;
  frame.cs_generation = cpu.code.generation;
  frame.ss_id = cpu.stack.id.value;
  frame.ss_generation = cpu.stack.generation;
  frame.rip = return_rip;
  frame.rflags = registers.rflags;
  frame.fs_base = registers.fs_base;
  frame.gs_base = registers.gs_base;
  const RegisterSet kept = kind == FrameKind::Event ? kAllRegisters : crossing(machine.variant.save).kept;
  for_each(kept, [&](unsigned i) { frame.gpr[i] = registers.gpr[i]; });
}

void restore_state(const Frame& frame, Machine& machine) {
  Registers& registers = machine.registers;
  const RegisterSet restored = frame.kind == FrameKind::Event ? kAllRegisters : crossing(machine.variant.save).restored;
  for_each(restored, [&](unsigned i) { registers.gpr[i] = frame.gpr[i]; });
  registers.rip = frame.rip;
  registers.rflags = frame.rflags;
  registers.fs_base = frame.fs_base;
  registers.gs_base = frame.gs_base;
  std::ranges::copy(frame.selector_registers, machine.cpu.selector_registers.begin());
  set_operand_mode(machine, frame.operand_mode);
  set_event_mask(machine, frame.event_mask);
}

Checked<ReturnSpaces> find_return_spaces(const Machine& machine, const Frame& frame) {
  const auto code =
      find_return_space(machine, {frame.cs_id}, frame.cs_generation, kSpaceCode, AsCause::ReturnCodeSpace);
  if (!code) return code.cause();
  const auto stack =
      find_return_space(machine, {frame.ss_id}, frame.ss_generation, kSpaceStack, AsCause::ReturnStackSpace);
  if (!stack) return stack.cause();
  return ReturnSpaces{code.value(), stack.value()};
}

}  // namespace asx
