// SPDX-License-Identifier: GPL-2.0-or-later
// How a task waits: in a queue that others wake, for a time, or both; a signal ends every wait.
#pragma once
#include <cstdint>

#include "userland/services/linux/abi/time.h"

namespace hop::personality {

struct Task;
class Waiter;

/// Tasks that wait for the same thing. Whoever is woken looks again whether it has come.
class WaitQueue {
 public:
  constexpr WaitQueue() = default;
  WaitQueue(const WaitQueue&) = delete;
  WaitQueue& operator=(const WaitQueue&) = delete;
  void wake();

 private:
  friend class Waiter;
  Waiter* first_ = nullptr;
};

/// Woken by every change of what a poll can ask for.
[[nodiscard]] WaitQueue& poll_queue();
/// Woken when console input may be there, once that has been asked for.
[[nodiscard]] WaitQueue& console_queue();
void ask_for_console_input();
/// A thread of this service that waits for console input on behalf of all tasks. False: there is no memory.
[[nodiscard]] bool start_console_watch();

/// Lets others in, and waits until the queue is woken or the deadline (a clock value). Returns 0, ETIMEDOUT, or
/// ERESTARTSYS if a signal is to be delivered.
[[nodiscard]] int64_t wait_in(WaitQueue& queue, Task& task, uint64_t deadline);
/// For nothing but the time, or a signal.
[[nodiscard]] int64_t wait_until(Task& task, uint64_t deadline);
/// For whatever comes next, a signal that is there already notwithstanding.
void wait_blindly(Task& task);
/// It waits no longer, or not at all.
void wake_task(const Task& task);

/// The clock value that lies a time span ahead; a span that is too long is no deadline.
[[nodiscard]] uint64_t deadline_of(const TimeSpec& span);
/// Reads a struct timespec of the program that says how long to wait; a null pointer is no deadline. EFAULT, EINVAL.
[[nodiscard]] int64_t take_deadline(uint64_t pointer, uint64_t& deadline);

}  // namespace hop::personality
