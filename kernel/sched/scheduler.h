// SPDX-License-Identifier: GPL-2.0-or-later
// Who runs next on a CPU: of the threads with the highest priority the next one, each for a quantum; and what happens
// at some time. Decision 0008 says how priorities and budgets follow a thread through gates, decision 0010 how the CPUs
// share the work: a thread that becomes ready goes to the CPU that runs what is least important, if it is more
// important than that, and the CPU is signalled; a CPU with nothing as important of its own takes from the others'
// queues.
//
// A thread that leaves the CPU does so inside the kernel, by a switch of kernel stacks. Preemption is the same: an
// event finds that somebody else is due, and the way out of the kernel switches. All of it runs with events masked.
#pragma once
#include "kernel/abi/call.h"
#include "kernel/arch/context.h"
#include "kernel/lib/list.h"
#include "kernel/sched/sporadic_server.h"
#include "kernel/sched/timer_queue.h"

namespace kernel {

struct QueueTag;

using hop::kDefaultPriority;
using hop::kPriorities;

enum class ThreadState : uint32_t {
  New,
  Ready,
  Running,
  Blocked,
  Throttled,  ///< would be ready, but its budget is used up
  Ended
};
enum class WakeReason : uint32_t { Signalled, TimedOut, Cancelled, Alerted };

class Scheduler;
struct Schedulable;
using ThreadQueue = List<Schedulable, QueueTag>;

/// A budget, which any number of threads use up together.
struct Reservation : Timer {
  constexpr Reservation() : Timer(release_throttled) {}
  SporadicServer server;
  ThreadQueue throttled;  ///< threads that wait for the refill, for which the timer is set

 private:
  static void release_throttled(Timer& timer, uint64_t now);
};

/// What the scheduler knows of a thread.
struct Schedulable : ListNode<QueueTag>, Timer {
  constexpr Schedulable() : Timer(end_wait) {}
  Context context;
  ThreadState state = ThreadState::New;
  WakeReason wake_reason = WakeReason::Signalled;
  uint32_t priority = kDefaultPriority;  ///< its own; gates may raise it
  uint32_t queued_priority = 0;          ///< in whose queue it stands
  Scheduler* queue_owner = nullptr;      ///< Ready: whose queue that is
  uint64_t slice_left = 0;               ///< of a quantum that was interrupted; 0 = a whole one
  Reservation* reservation = nullptr;    ///< nullptr: no limit

 private:
  static void end_wait(Timer& timer, uint64_t now);
};

class Scheduler {
 public:
  /// What the scheduler asks of those who know what a thread is.
  struct Hooks {
    /// Frees the kernel stack and the secure stack of a thread that has ended, once nothing uses them.
    void (*release)(Schedulable& ended);
    /// Its own priority or that of a gate behind which it runs, whichever is higher.
    uint32_t (*priority_of)(const Schedulable& thread);
  };

  constexpr Scheduler() = default;
  void initialize(uint32_t cpu, uint64_t quantum, Schedulable& idle, const Hooks& hooks);
  /// Leaves the boot stack for ever and becomes the idle thread.
  [[noreturn]] void start();

  [[nodiscard]] Schedulable& current() const { return *current_; }
  /// Whether a thread waits that an idle CPU could run.
  [[nodiscard]] bool has_ready_threads() const { return best_queue() != nullptr; }
  /// The highest priority of a thread that is ready, if that is above the given one; else 0.
  [[nodiscard]] uint32_t ready_above(uint32_t priority) const {
    return occupied_ != 0 && highest_ready() > priority ? highest_ready() : 0;
  }
  /// Of this CPU: its compare register asks when the first one is due.
  [[nodiscard]] TimerQueue& timers() { return timers_; }

  void make_ready(Schedulable& thread) { enqueue(thread, Place::Back); }
  /// Lets others of the same priority run; the current thread goes to the end of their queue.
  void yield();
  /// Waits in a queue (or in none, for the deadline alone) until wake() or the deadline. Queues are in order of
  /// priority, then of arrival.
  WakeReason block(ThreadQueue* queue, uint64_t deadline);
  /// Ends a wait. The thread must be blocked.
  void wake(Schedulable& thread, WakeReason reason) { wake(thread, reason, Place::Back); }
  /// The same, and of its priority it is the next to run.
  void hand_over(Schedulable& thread) { wake(thread, WakeReason::Signalled, Place::Front); }
  /// The thread's own priority or reservation is to change: takes it out of its queue if it is ready; then requeue()
  /// puts it back.
  [[nodiscard]] bool dequeue(Schedulable& thread);
  void requeue(Schedulable& thread) { enqueue(thread, Place::Back); }
  /// What the current thread has used of its reservation until now is taken off.
  void charge_current();
  /// For the self-check: tells what is wrong with the queues, if anything is.
  template <typename Tell>
  void for_each_inconsistency(Tell&& tell) {
    for (uint32_t priority = 0; priority < kPriorities; ++priority) {
      ThreadQueue& queue = ready_[priority];
      if (queue.is_empty() == ((occupied_ >> priority & 1) != 0)) tell("a ready queue is not what its bit says");
      for (Schedulable* thread = queue.front(); thread != nullptr; thread = queue.after(*thread)) {
        const bool is_right = thread->state == ThreadState::Ready && thread->queued_priority == priority;
        if (!is_right || thread->queue_owner != this) tell("a thread is in a ready queue that is not its");
      }
    }
  }
  /// The thread is to come by the kernel soon, if it runs on another CPU.
  void kick(const Schedulable& thread) const;
  /// The CPU that runs the thread, or nullptr.
  [[nodiscard]] static Scheduler* running(const Schedulable& thread);
  /// Ends the current thread; its memory is released after the switch.
  [[noreturn]] void end_current();
  /// The first thing a new thread does: completes the switch to it.
  void finish_switch();
  /// `other`, which is New, takes over whatever `thread` is doing here: running, in a queue, waiting for a time.
  /// `thread` is New then.
  void take_place(Schedulable& thread, Schedulable& other);

  /// The usual way out of the kernel: whether it is plain that the current thread goes on, with a quantum that has
  /// begun and no budget. Then the timer is set, too.
  [[nodiscard]] bool goes_on();
  /// On the way out of the kernel: whether somebody else is to run, because he is preferred or the current thread's
  /// quantum or budget is used up.
  [[nodiscard]] bool must_yield();
  /// Lets him; of what is left of its quantum the current thread has the rest when it goes on.
  void give_way();
  /// The last thing before the CPU leaves the kernel or waits: when the timer shall ask next.
  void program_timer();

 private:
  enum class Place { Front, Back };
  friend struct Reservation;

  /// The scheduler whose queue has the most important ready thread, of equals this one; nullptr: nobody is ready.
  [[nodiscard]] const Scheduler* best_queue() const;
  /// Where a thread of that priority that becomes ready here is to go.
  [[nodiscard]] Scheduler& place_for(uint32_t priority);
  /// What runs now, 0 = idle.
  [[nodiscard]] uint32_t running_rank() const;
  [[nodiscard]] unsigned highest_ready() const { return 31 - static_cast<unsigned>(__builtin_clz(occupied_)); }
  void enqueue(Schedulable& thread, Place place);
  void wake(Schedulable& thread, WakeReason reason, Place place);
  Schedulable* take_next();
  void ask_timer(uint64_t compare);
  void switch_to_next();

  uint32_t cpu_ = 0;
  ThreadQueue ready_[kPriorities];
  uint32_t occupied_ = 0;  ///< bit n: ready_[n] is not empty
  TimerQueue timers_;
  Schedulable* current_ = nullptr;
  Schedulable* idle_ = nullptr;
  Schedulable* ended_ = nullptr;  ///< to be released after the switch
  Hooks hooks_{};
  uint64_t quantum_ = 0;
  uint64_t slice_end_ = 0;
  uint64_t programmed_ = 0;  ///< what the compare register has; initialize() sets it
  uint64_t charged_until_ = 0;
  bool is_slice_fresh_ = false;  ///< it begins when the thread leaves the kernel, so that it always gets some of it
};

/// The scheduler of this CPU, found by the kernel stack: not on the boot stack.
[[nodiscard]] Scheduler& scheduler();
[[nodiscard]] Scheduler& scheduler_of(uint32_t cpu);
/// CPUs that the machine has; set once at start-up.
extern uint32_t cpu_count;

}  // namespace kernel
