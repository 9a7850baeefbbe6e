// SPDX-License-Identifier: GPL-2.0-or-later
// Event sources: what threads wait for, and what interrupts signal.
#include "kernel/arch/cpu.h"
#include "kernel/calls/arguments.h"
#include "kernel/object/interrupt_lines.h"

namespace kernel::calls {

namespace {

Reply wait_for(const Caller& caller, const Arguments& arguments, Alertable alertable) {
  const uint64_t deadline = arguments[1];
  const Result<EventSource*> event = resolve_event(caller, arguments[0], hop::kRightRead);
  if (!event) return event.status();
  if (alertable == Alertable::Yes && caller.thread.is_alerted) return Status::Alerted;
  if (event.value()->count == 0 && deadline <= cpu::clock()) return Status::TimedOut;
  const Result<uint64_t> taken = wait(*event.value(), deadline, alertable);
  if (!taken) return taken.status();
  return Reply(taken.value());
}

}  // namespace

Reply event_create(const Caller& caller, const Arguments&) {
  EventSource* event = create_event_source(caller.code.quota());
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
  return wait_for(caller, arguments, Alertable::No);
}

Reply event_wait_alertable(const Caller& caller, const Arguments& arguments) {
  return wait_for(caller, arguments, Alertable::Yes);
}

Reply event_exchange(const Caller& caller, const Arguments& arguments) {
  const Result<EventSource*> signalled = resolve_event(caller, arguments[0], hop::kRightWrite);
  if (!signalled) return signalled.status();
  const Result<EventSource*> awaited = resolve_event(caller, arguments[1], hop::kRightRead);
  if (!awaited) return awaited.status();
  hand_over(*signalled.value());
  return wait_for(caller, {{arguments[1], arguments[2]}}, Alertable::No);
}

Reply interrupt_bind(const Caller& caller, const Arguments& arguments) {
  if (!caller.code.has_authority(hop::kAuthorityIo)) return Status::NotPermitted;
  const Result<EventSource*> event = resolve_event(caller, arguments[0], hop::kRightWrite);
  if (!event) return event.status();
  return interrupt_lines().bind(*event.value(), arguments[1]);
}

Reply interrupt_spawn(const Caller& caller, const Arguments& arguments) {
  if (!caller.code.has_authority(hop::kAuthorityIo)) return Status::NotPermitted;
  const Result<ResolvedGate> gate = resolve_gate(caller, arguments[1], 0);
  if (!gate) return gate.status();
  const Result<Space*> stack = resolve_space(caller, arguments[2], hop::kRightRead | hop::kRightWrite);
  if (!stack) return stack.status();
  const asx::Gate& target = *gate.value().gate;
  if (target.stack_policy != asx::StackPolicy::Pool || !stack.value()->is_stack()) return Status::Invalid;
  if (!caller.code.has_authority(target.required_authority)) return Status::NotPermitted;
  return interrupt_lines().bind(InterruptGate{.gate = gate.value().name,
                                              .stack_space = stack.value()->id(),
                                              .stack_generation = stack.value()->generation(),
                                              .priority = caller.thread.priority},
                                arguments[0]);
}

Reply interrupt_done(const Caller& caller, const Arguments& arguments) {
  if (!caller.code.has_authority(hop::kAuthorityIo)) return Status::NotPermitted;
  return interrupt_lines().done(arguments[0]);
}

}  // namespace kernel::calls
