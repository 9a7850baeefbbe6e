// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/call_deadline.h"

#include "isa-ext/abi/boot.h"
#include "kernel/memory/object_cache.h"
#include "kernel/object/budget.h"
#include "kernel/object/return_trap.h"
#include "kernel/object/thread_requests.h"

namespace kernel {

/// The activation is that behind the frame at `entry`, if that still is the one that was marked; 0: the thread's own.
struct CallDeadline : Timer {
  constexpr CallDeadline() : Timer(expire_deadline) {}
  Thread* thread = nullptr;
  CallDeadline* outer = nullptr;
  PhysicalAddress entry;
  uint16_t mark = 0;  ///< in Frame::vector, which calls do not use and which is 0 in a new frame
  uint64_t grace = 0;
  bool has_alerted = false;
  Thread* orphan = nullptr;  ///< set aside

 private:
  static void expire_deadline(Timer& timer, uint64_t now);
};

namespace {

constinit ObjectCache<CallDeadline> call_deadlines;

/// Whether the activation still runs.
bool is_current(const CallDeadline& deadline) {
  if (deadline.entry.value == 0) return true;
  const asx::ThreadBlock& block = deadline.thread->block();
  if (deadline.entry.value >= block.secure_stack_top) return false;
  const Frame& frame = *at<Frame>(deadline.entry);
  return frame.kind == FrameKind::Call && frame.vector == deadline.mark;
}

/// Takes it off its thread's list and frees it.
void drop(CallDeadline& deadline) {
  CallDeadline** link = &deadline.thread->deadlines;
  while (*link != &deadline) link = &(*link)->outer;
  *link = deadline.outer;
  TimerQueue::cancel(deadline);
  if (deadline.orphan != nullptr) discard(*deadline.orphan);
  call_deadlines.destroy(&deadline);
}

/// The frame by which the code was entered that has called the kernel, or 0.
Frame* activation_of(const Thread& thread) {
  const SecureStack stack = thread.frames();
  return stack.frame(stack.entry_position(1));
}

PhysicalAddress address_of(const Thread& thread, const Frame* frame) {
  if (frame == nullptr) return {};
  const asx::ThreadBlock& block = thread.block();
  const auto* base = at<Frame>({block.secure_stack_base});
  return {block.secure_stack_base + static_cast<uint64_t>(frame - base) * sizeof(Frame)};
}

/// The call that the activation is waiting for, or nullptr: it runs itself, or the kernel on behalf of it.
Frame* pending_call(const CallDeadline& deadline) {
  const asx::ThreadBlock& block = deadline.thread->block();
  auto* frame = at<Frame>({block.secure_stack_base});
  if (deadline.entry.value != 0) frame = at<Frame>(deadline.entry) + 1;
  const auto* top = at<Frame>({block.secure_stack_top});
  while (frame < top && frame->kind == FrameKind::Narrow) ++frame;
  const bool is_call = frame < top && frame->kind == FrameKind::Call && frame->gate_space != asx::kKernelSpaceId;
  return is_call ? frame : nullptr;
}

/// The two swap stacks: `orphan` has those on which everything is going on, `caller` the new ones.
void swap_stacks(Thread& caller, Thread& orphan) {
  const auto swap = [](auto& a, auto& b) {
    const auto old = a;
    a = b;
    b = old;
  };
  swap(caller.context.kernel_stack_pointer, orphan.context.kernel_stack_pointer);
  swap(caller.context.thread_block, orphan.context.thread_block);
  swap(caller.context.has_run, orphan.context.has_run);
  swap(caller.context.vectors, orphan.context.vectors);
  swap(caller.kernel_stack, orphan.kernel_stack);
  for (Thread* thread : {&caller, &orphan}) own_stacks(*thread);
}

/// Moves the activation's frames, and what else is the caller's, to its new stacks.
void give_frames(Thread& caller, Thread& orphan, const Frame* call) {
  asx::ThreadBlock& old = orphan.block();
  asx::ThreadBlock& own = caller.block();
  own.code_list_id = old.code_list_id;
  own.code_list_generation = old.code_list_generation;
  own.stack_list_id = old.stack_list_id;
  own.stack_list_generation = old.stack_list_generation;
  SecureStack stack = caller.frames();
  for (const auto* frame = at<Frame>({old.secure_stack_base}); frame <= call; ++frame) stack.push(*frame);
  for (CallDeadline* deadline = caller.deadlines; deadline != nullptr; deadline = deadline->outer) {
    if (deadline->entry.value != 0) deadline->entry.value += own.secure_stack_base - old.secure_stack_base;
  }
  stack.top()->pool = stack.top()->pool_slot = 0;  // the stack stays with the orphan
  old.secure_stack_base = address_of(orphan, call).value + sizeof(Frame);
}

/// Deadlines that were set above the call go with the orphan.
void divide_deadlines(Thread& caller, Thread& orphan, PhysicalAddress call) {
  CallDeadline** last = &orphan.deadlines;
  while (caller.deadlines != nullptr && caller.deadlines->entry.value > call.value) {
    CallDeadline* deadline = caller.deadlines;
    caller.deadlines = deadline->outer;
    deadline->thread = &orphan;
    deadline->outer = nullptr;
    *last = deadline;
    last = &deadline->outer;
  }
}

void split(Thread& caller, Thread& orphan, Frame* call) {
  disarm_return_trap(caller);
  scheduler().take_place(caller, orphan);
  const PhysicalAddress address = address_of(caller, call);
  swap_stacks(caller, orphan);
  divide_deadlines(caller, orphan, address);
  give_frames(caller, orphan, call);

  orphan.start_gate = {call->gate_space, call->gate_space_generation, call->gate_index};
  orphan.start_pool = {call->pool};
  orphan.start_slot = call->pool_slot;
  orphan.priority = caller.priority;
  share_budget(caller, orphan);
  orphan.fault = caller.fault;
  orphan.waits_alertably = caller.waits_alertably;
  orphan.waits_for = caller.waits_for;
  caller.waits_alertably = false;
  caller.waits_for = nullptr;
  for (unsigned i = 0; i < kBaggageSlots; ++i) {
    orphan.baggage[i] = caller.baggage[i];
    caller.baggage[i] = {};
  }
  alert(orphan);

  caller.is_alerted = caller.is_to_end;
  caller.start_status = Status::CallAborted;
  scheduler().make_ready(caller);
}

}  // namespace

void CallDeadline::expire_deadline(Timer& timer, uint64_t now) {
  auto& deadline = static_cast<CallDeadline&>(timer);
  Thread& thread = *deadline.thread;
  Frame* call = is_current(deadline) ? pending_call(deadline) : nullptr;
  if (call == nullptr) {
    // the caller itself runs, and learns of it by the alert; or it is gone
    if (is_current(deadline)) alert(thread);
    if (!is_current(deadline) || deadline.has_alerted) return drop(deadline);
    deadline.has_alerted = true;
    return;
  }
  if (!deadline.has_alerted) {
    deadline.has_alerted = true;
    alert(thread);
    if (deadline.grace != 0) return scheduler().timers().set(deadline, now + deadline.grace);
  }
  Thread& orphan = *deadline.orphan;
  deadline.orphan = nullptr;
  split(thread, orphan, call);
  drop(deadline);
}

Status set_call_deadline(Thread& thread, uint64_t when, uint64_t grace) {
  Frame* activation = activation_of(thread);
  if (activation != nullptr && activation->kind != FrameKind::Call) return Status::Invalid;
  static_cast<void>(clear_call_deadline(thread));
  CallDeadline* deadline = call_deadlines.create();
  if (deadline == nullptr) return Status::OutOfMemory;
  const Result<Thread*> orphan = create_kernel_thread(nullptr, *thread.payer);
  if (!orphan) {
    call_deadlines.destroy(deadline);
    return orphan.status();
  }
  if (activation != nullptr) {
    if (++thread.last_deadline_mark == 0) ++thread.last_deadline_mark;
    activation->vector = deadline->mark = thread.last_deadline_mark;
  }
  deadline->thread = &thread;
  deadline->outer = thread.deadlines;
  deadline->entry = address_of(thread, activation);
  deadline->grace = grace;
  deadline->orphan = orphan.value();
  thread.deadlines = deadline;
  scheduler().timers().set(*deadline, when);
  return Status::Ok;
}

Status clear_call_deadline(Thread& thread) {
  const PhysicalAddress entry = address_of(thread, activation_of(thread));
  bool was_found = false;
  while (thread.deadlines != nullptr && !was_found) {
    CallDeadline& innermost = *thread.deadlines;
    was_found = is_current(innermost) && innermost.entry.value == entry.value;
    if (!was_found && is_current(innermost)) break;  // that of an outer activation
    if (was_found && innermost.has_alerted) thread.is_alerted = thread.is_to_end;
    drop(innermost);
  }
  return was_found ? Status::Ok : Status::NotFound;
}

void drop_deadlines(Thread& thread) {
  while (thread.deadlines != nullptr) drop(*thread.deadlines);
}

}  // namespace kernel
