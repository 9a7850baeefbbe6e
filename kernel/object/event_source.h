// SPDX-License-Identifier: GPL-2.0-or-later
// An event source: a count, and threads that wait for it to be more than 0.
#pragma once
#include "kernel/lib/result.h"
#include "kernel/object/object.h"
#include "kernel/sched/scheduler.h"

namespace kernel {

struct EventSource : Object {
  constexpr EventSource() : Object(ObjectKind::EventSource) {}
  uint64_t count = 0;
  ThreadQueue waiters;
};

/// A new event source with one reference, or nullptr when there is no memory.
[[nodiscard]] EventSource* create_event_source(Quota& quota);
void destroy(EventSource& event);

/// Adds one to the count and wakes one waiter.
void signal(EventSource& event);
/// The same, and of its priority the waiter is the next to run.
void hand_over(EventSource& event);

enum class Alertable { No, Yes };
/// Takes the count if it is not 0, else waits for it. TimedOut; Interrupted: the thread's space died, or it is to end;
/// Alerted, if that may end the wait.
Result<uint64_t> wait(EventSource& event, uint64_t deadline, Alertable alertable = Alertable::No);

}  // namespace kernel
