// SPDX-License-Identifier: GPL-2.0-or-later
// Threads: their life, their share of the CPU, and what may be asked of them.
#include "kernel/arch/cpu.h"
#include "kernel/calls/arguments.h"
#include "kernel/object/budget.h"
#include "kernel/object/call_deadline.h"
#include "kernel/object/thread_requests.h"

namespace kernel::calls {

Reply thread_create(const Caller& caller, const Arguments& arguments) {
  const Result<ResolvedGate> found = resolve_gate(caller, arguments[0], 0);
  if (!found) return found.status();
  const asx::Gate& gate = *found.value().gate;
  const Result<Space*> stack_space = resolve_space(caller, arguments[1], hop::kRightRead | hop::kRightWrite);
  if (!stack_space) return stack_space.status();
  if (gate.stack_policy == asx::StackPolicy::Thread || !stack_space.value()->is_stack()) return Status::Invalid;
  if (!caller.code.has_authority(gate.required_authority)) return Status::NotPermitted;

  ThreadStart start{.code = found.value().space,
                    .stack = stack_space.value(),
                    .rsp = arguments[2],
                    .fs_base = arguments[3],
                    .rdi = arguments[4],
                    .rsi = arguments[5],
                    .quota = &caller.code.quota()};
  const Result<Thread*> created = create_thread_in_gate(found.value().name, gate, start);
  if (!created) return created.status();
  Thread& thread = *created.value();
  acquire(thread);
  const Reply reply = give_to_caller(caller, object_entry(thread, hop::kRightAll));
  if (reply.value < 0) {
    discard(thread);
    return reply;
  }
  thread.priority = caller.thread.priority;
  share_budget(caller.thread, thread);
  scheduler().make_ready(thread);
  return reply;
}

Reply thread_exit(const Caller&, const Arguments&) {
  end_current_thread();
}

Reply thread_yield(const Caller&, const Arguments&) {
  scheduler().yield();
  return Status::Ok;
}

Reply thread_sleep(const Caller&, const Arguments& arguments) {
  const uint64_t deadline = arguments[0];
  if (deadline <= cpu::clock()) return Status::Ok;
  return scheduler().block(nullptr, deadline) == WakeReason::Cancelled ? Status::Interrupted : Status::Ok;
}

namespace {

/// A thread that has not ended, with control; selector 0: the caller's own. NotFound: it has ended.
Result<Thread*> resolve_thread(const Caller& caller, uint64_t selector) {
  if (selector == 0) return &caller.thread;
  const Result<Object*> object = resolve_object(caller, selector, ObjectKind::Thread, hop::kRightControl);
  if (!object) return object.status();
  auto* thread = static_cast<Thread*>(object.value());
  if (thread->state == ThreadState::Ended) return Status::NotFound;
  return thread;
}

/// nullptr for selector 0.
Result<Budget*> resolve_budget(const Caller& caller, uint64_t selector) {
  if (selector == 0) return nullptr;
  const Result<Object*> object = resolve_object(caller, selector, ObjectKind::Budget, 0);
  if (!object) return object.status();
  return static_cast<Budget*>(object.value());
}

}  // namespace

Reply thread_set_priority(const Caller& caller, const Arguments& arguments) {
  const uint64_t priority = arguments[1];
  if (priority >= kPriorities) return Status::Invalid;
  const Result<Thread*> thread = resolve_thread(caller, arguments[0]);
  if (!thread) return thread.status();
  if (!may_grant_priority(caller, priority)) return Status::NotPermitted;
  const bool was_queued = scheduler().dequeue(*thread.value());
  thread.value()->priority = static_cast<uint32_t>(priority);
  if (was_queued) scheduler().requeue(*thread.value());
  scheduler().kick(*thread.value());
  return Status::Ok;
}

Reply budget_create(const Caller& caller, const Arguments& arguments) {
  const uint64_t ticks = arguments[0], period = arguments[1];
  constexpr uint64_t kLongestPeriod = uint64_t{1} << 48;
  if (ticks == 0 || ticks > period || period > kLongestPeriod) return Status::Invalid;
  if (!caller.code.has_authority(hop::kAuthoritySchedule)) return Status::NotPermitted;
  Budget* budget = create_budget(caller.code.quota(), ticks, period);
  if (budget == nullptr) return Status::OutOfMemory;
  return give_to_caller(caller, object_entry(*budget, hop::kRightAll));
}

Reply thread_set_budget(const Caller& caller, const Arguments& arguments) {
  const Result<Thread*> thread = resolve_thread(caller, arguments[0]);
  if (!thread) return thread.status();
  const Result<Budget*> budget = resolve_budget(caller, arguments[1]);
  if (!budget) return budget.status();
  if (!caller.code.has_authority(hop::kAuthoritySchedule)) return Status::NotPermitted;
  set_budget(*thread.value(), budget.value());
  return Status::Ok;
}

Reply thread_suspend(const Caller& caller, const Arguments& arguments) {
  const Result<Thread*> thread = resolve_thread(caller, arguments[0]);
  if (!thread) return thread.status();
  suspend(*thread.value());
  return Status::Ok;
}

Reply thread_resume(const Caller& caller, const Arguments& arguments) {
  const Result<Thread*> thread = resolve_thread(caller, arguments[0]);
  if (!thread) return thread.status();
  resume(*thread.value());
  return Status::Ok;
}

Reply thread_end(const Caller& caller, const Arguments& arguments) {
  const Result<Thread*> thread = resolve_thread(caller, arguments[0]);
  if (!thread) return thread.status();
  request_end(*thread.value());
  return Status::Ok;
}

Reply thread_trap(const Caller& caller, const Arguments& arguments) {
  const Result<Thread*> thread = resolve_thread(caller, arguments[0]);
  if (!thread) return thread.status();
  request_trap(*thread.value());
  return Status::Ok;
}

Reply thread_notify(const Caller& caller, const Arguments& arguments) {
  const Result<EventSource*> event = resolve_event(caller, arguments[1], hop::kRightWrite);
  if (!event) return event.status();
  const Result<Thread*> thread = resolve_thread(caller, arguments[0]);
  if (!thread) return thread.status();
  acquire(*event.value());
  if (thread.value()->end_event != nullptr) release(*thread.value()->end_event);
  thread.value()->end_event = event.value();
  return Status::Ok;
}

Reply thread_alert(const Caller& caller, const Arguments& arguments) {
  const Result<Thread*> thread = resolve_thread(caller, arguments[0]);
  if (!thread) return thread.status();
  alert(*thread.value());
  return Status::Ok;
}

Reply alert_take(const Caller& caller, const Arguments&) {
  const bool is_alerted = caller.thread.is_alerted;
  if (is_at_home(caller.thread)) caller.thread.is_alerted = false;
  return Reply(is_alerted ? 1 : 0);
}

Reply call_deadline(const Caller& caller, const Arguments& arguments) {
  const uint64_t when = arguments[0], grace = arguments[1];
  constexpr uint64_t kLongestGrace = uint64_t{1} << 48;
  if (when == kNoDeadline || grace > kLongestGrace) return Status::Invalid;
  return set_call_deadline(caller.thread, when, grace);
}

Reply call_deadline_clear(const Caller& caller, const Arguments&) {
  return clear_call_deadline(caller.thread);
}

}  // namespace kernel::calls
