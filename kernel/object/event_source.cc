// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/event_source.h"

#include "kernel/memory/object_cache.h"
#include "kernel/object/quota.h"
#include "kernel/object/thread.h"

namespace kernel {

namespace {
constinit ObjectCache<EventSource> event_sources;
}

EventSource* create_event_source(Quota& quota) {
  return create_paid(event_sources, quota, sizeof(EventSource));
}

void destroy(EventSource& event) {
  HOP_ASSERT(event.waiters.is_empty());
  event_sources.destroy(&event);
}

void signal(EventSource& event) {
  ++event.count;
  if (Schedulable* waiter = event.waiters.front(); waiter != nullptr) {
    scheduler().wake(*waiter, WakeReason::Signalled);
  }
}

void hand_over(EventSource& event) {
  ++event.count;
  if (Schedulable* waiter = event.waiters.front(); waiter != nullptr) scheduler().hand_over(*waiter);
}

Result<uint64_t> wait(EventSource& event, uint64_t deadline, Alertable alertable) {
  acquire(event);  // its entries may go while we wait
  WakeReason reason = WakeReason::Signalled;
  while (event.count == 0 && reason == WakeReason::Signalled) {
    current_thread().waits_alertably = alertable == Alertable::Yes;
    current_thread().waits_for = &event;
    reason = scheduler().block(&event.waiters, deadline);
    current_thread().waits_alertably = false;
    current_thread().waits_for = nullptr;
  }
  Result<uint64_t> result = Status::TimedOut;
  if (reason == WakeReason::Cancelled) {
    result = Status::Interrupted;
  } else if (event.count != 0) {
    result = event.count;
    event.count = 0;
  } else if (reason == WakeReason::Alerted) {
    result = Status::Alerted;
  }
  release(event);
  return result;
}

}  // namespace kernel
