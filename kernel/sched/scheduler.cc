// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/sched/scheduler.h"

#include "kernel/arch/cpu.h"
#include "kernel/lib/assert.h"

namespace kernel {

namespace {

constinit Scheduler boot_cpu_scheduler;

/// Instructions between program_timer() and the thread's own first one, generously. They are not the thread's.
constexpr uint64_t kLeaveTicks = 64;

}  // namespace

Scheduler& scheduler() {
  return boot_cpu_scheduler;
}

void Scheduler::initialize(uint64_t quantum, Schedulable& idle, Release release) {
  quantum_ = quantum;
  idle_ = &idle;
  release_ = release;
}

void Scheduler::start() {
  static constinit Context boot;  // saved once, never resumed
  current_ = idle_;
  idle_->state = ThreadState::Running;
  switch_context(boot, idle_->context);
  panic("the boot stack was resumed", __FILE__, __LINE__);
}

void Scheduler::enqueue(Schedulable& thread) {
  HOP_ASSERT(thread.state != ThreadState::Ready && thread.state != ThreadState::Ended);
  thread.state = ThreadState::Ready;
  if (&thread != idle_) ready_.push_back(thread);
}

void Scheduler::switch_to_next() {
  Schedulable* next = ready_.pop_front();
  if (next == nullptr) next = idle_;
  Schedulable* previous = current_;
  next->state = ThreadState::Running;
  is_slice_fresh_ = true;
  if (next == previous) return;
  current_ = next;
  switch_context(previous->context, next->context);
  finish_switch();
}

void Scheduler::finish_switch() {
  if (ended_ == nullptr) return;
  Schedulable* ended = ended_;
  ended_ = nullptr;
  release_(*ended);
}

void Scheduler::yield() {
  enqueue(*current_);
  switch_to_next();
}

WakeReason Scheduler::block(ThreadQueue* queue, uint64_t deadline) {
  Schedulable& thread = *current_;
  HOP_ASSERT(&thread != idle_);
  thread.state = ThreadState::Blocked;
  thread.deadline = deadline;
  if (queue != nullptr) queue->push_back(thread);
  if (deadline != kNoDeadline) {
    Schedulable* place = deadlines_.front();
    while (place != nullptr && place->deadline <= deadline) place = deadlines_.after(*place);
    deadlines_.insert_before(place, thread);
  }
  switch_to_next();
  return thread.wake_reason;
}

void Scheduler::wake(Schedulable& thread, WakeReason reason) {
  HOP_ASSERT(thread.state == ThreadState::Blocked);
  thread.wake_reason = reason;
  if (thread.ListNode<QueueTag>::is_linked()) thread.ListNode<QueueTag>::unlink();
  if (thread.ListNode<DeadlineTag>::is_linked()) thread.ListNode<DeadlineTag>::unlink();
  enqueue(thread);
}

void Scheduler::end_current() {
  current_->state = ThreadState::Ended;
  ended_ = current_;
  switch_to_next();
  panic("an ended thread was resumed", __FILE__, __LINE__);
}

void Scheduler::expire_deadlines(uint64_t now) {
  for (Schedulable* first = deadlines_.front(); first != nullptr && first->deadline <= now;
       first = deadlines_.front()) {
    wake(*first, WakeReason::TimedOut);
  }
}

void Scheduler::yield_if_due() {
  while (!is_slice_fresh_ && !ready_.is_empty() && cpu::clock() >= slice_end_) yield();
}

void Scheduler::program_timer() {
  Schedulable* sleeper = deadlines_.front();
  uint64_t compare = sleeper == nullptr ? kNoDeadline : sleeper->deadline;
  const uint64_t now = cpu::clock();
  if (is_slice_fresh_) {
    is_slice_fresh_ = false;
    slice_end_ = now + kLeaveTicks + quantum_;
  }
  if (!ready_.is_empty() && slice_end_ < compare) compare = slice_end_;
  cpu::set_compare(compare);
}

}  // namespace kernel
