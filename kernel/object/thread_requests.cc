// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/thread_requests.h"

#include "kernel/fault/handler_frame.h"
#include "kernel/object/return_trap.h"
#include "kernel/object/space.h"

namespace kernel {

namespace {

/// Whether popping the frame means leaving a callee or a fault handler.
bool leads_out(const Frame& frame) {
  return frame.kind != FrameKind::Narrow;
}

/// Position from the bottom of the first frame that leads away from home. There is one.
uint32_t way_home(const Thread& thread) {
  const SecureStack stack = thread.frames();
  uint32_t position = 0;
  while (!leads_out(*stack.frame(stack.depth() - 1 - position))) ++position;
  return position;
}

/// The innermost call whose gate has that priority or more; not the one into the kernel, on top.
bool find_ceiling(const Thread& thread, uint32_t priority, uint32_t& position) {
  const SecureStack stack = thread.frames();
  for (uint32_t below = 1; below < stack.depth(); ++below) {
    const Frame& frame = *stack.frame(below);
    if (frame.kind != FrameKind::Call) continue;
    const asx::Gate* gate = find_gate({frame.gate_space, frame.gate_space_generation, frame.gate_index});
    if (gate == nullptr || gate->ceiling < priority) continue;
    position = stack.depth() - 1 - below;
    return true;
  }
  return false;
}

/// A return that lowers the priority below that of somebody who is ready comes first; the next way out of the kernel
/// looks again.
inline void set_trap(Thread& thread) {
  if (thread.trap.is_armed) disarm_return_trap(thread);
  uint32_t position = 0;
  const uint32_t waiting = scheduler().ready_above(thread.priority);
  if (waiting != 0 && find_ceiling(thread, waiting, position)) {
    arm_return_trap(thread, position);
  } else if ((thread.is_suspended || thread.is_to_end || thread.is_to_trap) && !is_at_home(thread)) {
    arm_return_trap(thread, way_home(thread));
  } else if (thread.is_to_trap) {
    arm_return_trap(thread, thread.frames().depth() - 1);  // behind a call into the kernel
  }
}

/// The thread is at home. A frame of a call into the kernel has a return trap instead (set_trap), and behind it is
/// this.
void take_trap(Thread& thread) {
  Frame& event = *thread.frames().top();
  const Space* space = space_table().find(event.cs_id, event.cs_generation);
  if (event.kind != FrameKind::Event || space == nullptr) return;
  const uint16_t vector = event.vector;
  event.vector = static_cast<uint16_t>(hop::kTrapVector);
  const Status status = enter_handler(thread, event, space->fault_gate(), {});
  thread.is_to_trap = status == Status::TryAgain || status == Status::NoSpace;
  if (status != Status::Ok) event.vector = vector;
}

void wake_if(Thread& thread, bool is_due, WakeReason reason) {
  if (is_due && thread.state == ThreadState::Blocked) scheduler().wake(thread, reason);
}

}  // namespace

bool is_at_home(const Thread& thread) {
  const SecureStack stack = thread.frames();
  for (uint32_t below = 1; below < stack.depth(); ++below) {
    if (leads_out(*stack.frame(below))) return false;
  }
  return true;
}

void suspend(Thread& thread) {
  thread.is_suspended = true;
  scheduler().kick(thread);
}

void resume(Thread& thread) {
  if (!thread.is_suspended) return;
  thread.is_suspended = false;
  wake_if(thread, thread.rests, WakeReason::Signalled);
}

void request_end(Thread& thread) {
  thread.is_to_end = true;
  scheduler().kick(thread);
  alert(thread);
  wake_if(thread, thread.state == ThreadState::Blocked && (thread.rests || is_at_home(thread)), WakeReason::Cancelled);
}

void request_trap(Thread& thread) {
  thread.is_to_trap = true;
  scheduler().kick(thread);
}

void alert(Thread& thread) {
  thread.is_alerted = true;
  wake_if(thread, thread.waits_alertably, WakeReason::Alerted);
}

void settle_requests() {
  for (;;) {
    while (scheduler().must_yield()) scheduler().give_way();
    Thread& thread = current_thread();  // a wait may have put another one here
    const bool is_asked = thread.is_to_end || thread.is_suspended || thread.is_to_trap;
    if (is_asked && thread.body == nullptr && is_at_home(thread)) {
      if (thread.is_to_end) end_current_thread();
      if (thread.is_suspended) {
        thread.rests = true;
        scheduler().block(nullptr, kNoDeadline);
        current_thread().rests = false;
        continue;
      }
      if (thread.is_to_trap) take_trap(thread);
    }
    set_trap(thread);
    return;
  }
}

}  // namespace kernel
