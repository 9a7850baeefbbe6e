// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/sched/timer_queue.h"

namespace kernel {

void TimerQueue::set(Timer& timer, uint64_t when) {
  cancel(timer);
  timer.when = when;
  timer.sequence = ++last_sequence_;
  timer.queue = this;
  heap_.insert(timer);
}

void TimerQueue::cancel(Timer& timer) {
  if (timer.is_set()) timer.queue->heap_.remove(timer);
}

void TimerQueue::expire(uint64_t now) {
  for (Timer* first = heap_.top(); first != nullptr && first->when <= now; first = heap_.top()) {
    heap_.remove(*first);
    first->expire(*first, now);
  }
}

}  // namespace kernel
