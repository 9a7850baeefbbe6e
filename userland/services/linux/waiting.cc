// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/waiting.h"

#include "userland/runtime/gate.h"
#include "userland/services/linux/abi/errno.h"
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/service_lock.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/task.h"

extern "C" void linux_watch_entry();

namespace hop::personality {

/// A place in a queue, on the stack of who waits.
class Waiter {
 public:
  Waiter(WaitQueue& queue, Task& task) : queue_(queue), task_(task), next_(queue.first_) { queue.first_ = this; }
  ~Waiter() {
    Waiter** place = &queue_.first_;
    while (*place != this) place = &(*place)->next_;
    *place = next_;
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

 private:
  friend class WaitQueue;
  WaitQueue& queue_;
  Task& task_;
  Waiter* next_;
};

void WaitQueue::wake() {
  for (const Waiter* waiter = first_; waiter != nullptr; waiter = waiter->next_) wake_task(waiter->task_);
}

WaitQueue& poll_queue() {
  static constinit WaitQueue queue;
  return queue;
}

WaitQueue& console_queue() {
  static constinit WaitQueue queue;
  return queue;
}

namespace {
constinit uint16_t console_wanted = 0;
constinit WaitQueue nothing;
}  // namespace

void ask_for_console_input() {
  kernel_call(Call::event_signal, console_wanted);
}

/// One round for each time that somebody has asked.
extern "C" void linux_watch() {
  for (;;) {
    kernel_call(Call::event_wait, console_wanted, kNoDeadline);
    console_call(console::Operation::WaitInput, 0, kNoDeadline);
    lock_service(nullptr);
    console_queue().wake();
    poll_queue().wake();
    unlock_service();
  }
}

bool start_console_watch() {
  const int64_t event = kernel_call(Call::event_create);
  const Reply gate = make_gate(linux_watch_entry, 0);
  if (event < 0 || gate.is_error()) return false;
  console_wanted = static_cast<uint16_t>(event);
  const int64_t thread = kernel_call(Call::thread_create, static_cast<uint64_t>(gate.value), kSelfStack, 0, 0, 0, 0);
  if (thread >= 0) kernel_call(Call::list_remove, kSelf, static_cast<uint64_t>(thread));
  return thread >= 0;
}

void wake_task(const Task& task) {
  kernel_call(Call::event_signal, task.wake_event);
}

int64_t wait_in(WaitQueue& queue, Task& task, uint64_t deadline) {
  if (has_deliverable(task.signals)) return kErestartsys;
  if (deadline != kNoDeadline && clock_ticks() >= deadline) return kEtimedout;
  const Waiter place(queue, task);
  {
    const Unlocked unlocked;
    kernel_call(Call::event_wait, task.wake_event, deadline);
  }
  return has_deliverable(task.signals) ? kErestartsys : 0;
}

void wait_blindly(Task& task) {
  const Unlocked unlocked;
  kernel_call(Call::event_wait, task.wake_event, kNoDeadline);
}

int64_t wait_until(Task& task, uint64_t deadline) {
  for (;;) {
    if (const int64_t result = wait_in(nothing, task, deadline); result != 0) return result;
  }
}

uint64_t deadline_of(const TimeSpec& span) {
  constexpr int64_t kLongest = 1'000'000'000;  // seconds: 30 years
  if (span.seconds >= kLongest) return kNoDeadline;
  return deadline_after(static_cast<uint64_t>(span.seconds) * kNanoseconds + static_cast<uint64_t>(span.nanoseconds));
}

int64_t take_deadline(uint64_t pointer, uint64_t& deadline) {
  deadline = kNoDeadline;
  if (pointer == 0) return 0;
  TimeSpec span;
  if (!read_in(pointer, span)) return kEfault;
  if (span.seconds < 0 || span.nanoseconds < 0 || span.nanoseconds >= static_cast<int64_t>(kNanoseconds))
    return kEinval;
  deadline = deadline_of(span);
  return 0;
}

}  // namespace hop::personality
