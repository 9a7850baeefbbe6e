// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/return_trap.h"

namespace kernel {

namespace {

constexpr uint64_t kTrapFlag = 1u << 8;

Frame* frame_at(Thread& thread, uint32_t position) {
  const SecureStack stack = thread.frames();
  return position < stack.depth() ? stack.frame(stack.depth() - 1 - position) : nullptr;
}

}  // namespace

void arm_return_trap(Thread& thread, uint32_t position) {
  disarm_return_trap(thread);
  Frame* frame = frame_at(thread, position);
  if (frame == nullptr) return;
  thread.trap = {true, (frame->rflags & kTrapFlag) != 0, position};
  frame->rflags |= kTrapFlag;
}

/// The frame at the position is the call's, or, if it has just returned, that of the event that came next: both have
/// the flag.
void disarm_return_trap(Thread& thread) {
  if (!thread.trap.is_armed) return;
  thread.trap.is_armed = false;
  Frame* frame = frame_at(thread, thread.trap.position);
  if (frame != nullptr && !thread.trap.was_stepping) frame->rflags &= ~kTrapFlag;
}

TrapTaken take_return_trap(Thread& thread) {
  const bool is_traps = thread.trap.is_armed && thread.frames().depth() == thread.trap.position + 1;
  if (!is_traps) return {};
  disarm_return_trap(thread);
  return {true, thread.trap.was_stepping};
}

}  // namespace kernel
