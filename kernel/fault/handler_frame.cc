// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/fault/handler_frame.h"

#include "kernel/object/space.h"

namespace kernel {

namespace {
constexpr uint64_t kHandlerFlags = 0x202;  // interrupts on; the bit that is always set
}

Status enter_handler(Thread& thread, Frame& event, const GateName& name, const HandlerArguments& arguments) {
  const asx::Gate* gate = find_gate(name);
  if (gate == nullptr) return Status::NotFound;
  SecureStack stack = thread.frames();
  if (stack.free_frames() < gate->minimum_free_frames + 1) return Status::NoSpace;
  Frame handler{};
  handler.kind = FrameKind::Event;
  handler.cs_id = name.space;
  handler.cs_generation = name.generation;
  handler.ss_id = event.ss_id;
  handler.ss_generation = event.ss_generation;
  handler.rip = gate->entry;
  handler.rflags = kHandlerFlags;
  handler.gpr[asx::kRsp] = event.gpr[asx::kRsp];
  handler.gpr[asx::kR11] = gate->parameter;
  handler.gpr[asx::kRdi] = arguments.rdi;
  handler.gpr[asx::kRsi] = arguments.rsi;
  if (gate->stack_policy == asx::StackPolicy::Pool) {
    const uint32_t slot = stack_pool::take({gate->pool});
    if (slot == 0) return Status::TryAgain;
    handler.gpr[asx::kRsp] = stack_pool::slot({gate->pool}, slot).rsp;
    handler.fs_base = stack_pool::slot({gate->pool}, slot).fs_base;
    event.pool = gate->pool;
    event.pool_slot = slot;
  }
  event.gate_space = name.space;
  event.gate_space_generation = name.generation;
  event.gate_index = name.index;
  stack.push(handler);
  return Status::Ok;
}

}  // namespace kernel
