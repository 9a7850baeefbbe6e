// SPDX-License-Identifier: GPL-2.0-or-later
// Who runs next on one CPU: round robin with a quantum, and threads that wait for a deadline or for each other.
//
// A thread that leaves the CPU does so inside the kernel, by a switch of kernel stacks. Preemption is the same: the
// timer's event finds the quantum used up, and the way out of the kernel yields. All of it runs with events masked.
#pragma once
#include "kernel/arch/context.h"
#include "kernel/lib/list.h"

namespace kernel {

struct QueueTag;
struct DeadlineTag;

constexpr uint64_t kNoDeadline = ~uint64_t{0};

enum class ThreadState : uint32_t { New, Ready, Running, Blocked, Ended };
enum class WakeReason : uint32_t { Signalled, TimedOut, Cancelled };

/// What the scheduler knows of a thread.
struct Schedulable : ListNode<QueueTag>, ListNode<DeadlineTag> {
  Context context;
  ThreadState state = ThreadState::New;
  WakeReason wake_reason = WakeReason::Signalled;
  uint64_t deadline = kNoDeadline;
};

using ThreadQueue = List<Schedulable, QueueTag>;

class Scheduler {
 public:
  /// `release` frees the kernel stack and the secure stack of a thread that has ended, once nothing uses them.
  using Release = void (*)(Schedulable& ended);

  constexpr Scheduler() = default;
  void initialize(uint64_t quantum, Schedulable& idle, Release release);
  /// Leaves the boot stack for ever and becomes the idle thread.
  [[noreturn]] void start();

  [[nodiscard]] Schedulable& current() const { return *current_; }
  [[nodiscard]] bool has_ready_threads() const { return !ready_.is_empty(); }

  void make_ready(Schedulable& thread) { enqueue(thread); }
  /// Lets the others run; the current thread goes to the end of the queue.
  void yield();
  /// Waits in a queue (or in none, for the deadline alone) until wake() or the deadline.
  WakeReason block(ThreadQueue* queue, uint64_t deadline);
  /// Ends a wait. The thread must be blocked.
  void wake(Schedulable& thread, WakeReason reason);
  /// Ends the current thread; its memory is released after the switch.
  [[noreturn]] void end_current();
  /// The first thing a new thread does: completes the switch to it.
  void finish_switch();

  /// Wakes those whose deadline has come.
  void expire_deadlines(uint64_t now);
  /// On the way out of the kernel: gives the CPU to others as long as the current thread's quantum is used up.
  void yield_if_due();
  /// The last thing before the CPU leaves the kernel or waits: when the timer shall ask next.
  void program_timer();

 private:
  void enqueue(Schedulable& thread);
  void switch_to_next();

  ThreadQueue ready_;
  List<Schedulable, DeadlineTag> deadlines_;  ///< earliest first
  Schedulable* current_ = nullptr;
  Schedulable* idle_ = nullptr;
  Schedulable* ended_ = nullptr;  ///< to be released after the switch
  Release release_ = nullptr;
  uint64_t quantum_ = 0;
  uint64_t slice_end_ = 0;
  bool is_slice_fresh_ = false;  ///< it begins when the thread leaves the kernel, so that it always gets some of it
};

/// The scheduler of this CPU.
[[nodiscard]] Scheduler& scheduler();

}  // namespace kernel
