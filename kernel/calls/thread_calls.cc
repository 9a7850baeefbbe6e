// SPDX-License-Identifier: GPL-2.0-or-later
// Threads, and what they wait for.
#include "kernel/arch/cpu.h"
#include "kernel/calls/arguments.h"
#include "kernel/object/interrupt_lines.h"

namespace kernel::calls {

Reply thread_create(const Caller& caller, const Arguments& arguments) {
  const Result<Capability> found = resolve_gate(caller, arguments[0], 0);
  if (!found) return found.status();
  const Capability& target = found.value();
  const asx::Gate& gate = *target.space->gate(target.entry.gate_index);
  const Result<Space*> stack_space = resolve_space(caller, arguments[1], hop::kRightRead | hop::kRightWrite);
  if (!stack_space) return stack_space.status();
  if (gate.stack_policy == asx::StackPolicy::Thread || !stack_space.value()->is_stack()) return Status::Invalid;
  if (!caller.code.has_authority(gate.required_authority)) return Status::NotPermitted;

  ThreadStart start{};
  start.code = target.space;
  start.stack = stack_space.value();
  start.rip = gate.entry;
  start.rsp = arguments[2];
  start.fs_base = arguments[3];
  start.rdi = arguments[4];
  start.rsi = arguments[5];
  start.parameter = gate.parameter;
  uint32_t slot = 0;
  if (gate.stack_policy == asx::StackPolicy::Pool) {
    const Result<uint32_t> taken = stack_pool::take({gate.pool});
    if (!taken) return taken.status();
    slot = taken.value();
    start.rsp = stack_pool::slot({gate.pool}, slot).rsp;
    start.fs_base = stack_pool::slot({gate.pool}, slot).fs_base;
  }
  Reply reply = Status::OutOfMemory;
  const Result<Thread*> created = create_thread(start);
  if (created) {
    Thread& thread = *created.value();
    acquire(thread);
    reply = give_to_caller(caller, object_entry(thread, hop::kRightAll));
    if (reply.value >= 0) {
      thread.start_gate = target.gate_name();
      thread.start_pool = {gate.pool};
      thread.start_slot = slot;
      scheduler().make_ready(thread);
      return reply;
    }
    discard(thread);
  }
  if (slot != 0) stack_pool::give_back({gate.pool}, slot);
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

Reply event_create(const Caller& caller, const Arguments&) {
  EventSource* event = create_event_source();
  if (event == nullptr) return Status::OutOfMemory;
  return give_to_caller(caller, object_entry(*event, hop::kRightAll));
}

Reply event_signal(const Caller& caller, const Arguments& arguments) {
  const Result<EventSource*> event = resolve_event(caller, arguments[0], hop::kRightWrite);
  if (!event) return event.status();
  signal(*event.value());
  return Status::Ok;
}

Reply event_wait(const Caller& caller, const Arguments& arguments) {
  const uint64_t deadline = arguments[1];
  const Result<EventSource*> event = resolve_event(caller, arguments[0], hop::kRightRead);
  if (!event) return event.status();
  if (event.value()->count == 0 && deadline <= cpu::clock()) return Status::TimedOut;
  const Result<uint64_t> taken = wait(*event.value(), deadline);
  if (!taken) return taken.status();
  return Reply(taken.value());
}

Reply interrupt_bind(const Caller& caller, const Arguments& arguments) {
  if (!caller.code.has_authority(hop::kAuthorityIo)) return Status::NotPermitted;
  const Result<EventSource*> event = resolve_event(caller, arguments[0], hop::kRightWrite);
  if (!event) return event.status();
  return interrupt_lines().bind(*event.value(), arguments[1]);
}

Reply interrupt_done(const Caller& caller, const Arguments& arguments) {
  if (!caller.code.has_authority(hop::kAuthorityIo)) return Status::NotPermitted;
  return interrupt_lines().done(arguments[0]);
}

}  // namespace kernel::calls
