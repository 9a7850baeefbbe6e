// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/sched/scheduler.h"

#include "kernel/arch/cpu.h"
#include "kernel/lib/assert.h"

namespace kernel {

namespace {

constinit Scheduler schedulers[asx::kMaximumCpus];

/// The second word of a kernel stack: the scheduler of the CPU that runs on it, or ran last. The first is the thread's.
Scheduler*& owner_of_stack(uint64_t stack_pointer) {
  return reinterpret_cast<Scheduler**>(stack_pointer & ~(kKernelStackSize - 1))[1];
}

/// Instructions between program_timer() and the thread's own first one, generously. They are not the thread's.
constexpr uint64_t kLeaveTicks = 64;

}  // namespace

constinit uint32_t cpu_count = 1;

Scheduler& scheduler() {
  uint64_t stack_pointer;
  asm("mov %%rsp, %0" : "=r"(stack_pointer));
  return *owner_of_stack(stack_pointer);
}

Scheduler& scheduler_of(uint32_t cpu) {
  return schedulers[cpu];
}

void Schedulable::end_wait(Timer& timer, uint64_t) {
  scheduler().wake(static_cast<Schedulable&>(timer), WakeReason::TimedOut);
}

void Reservation::release_throttled(Timer& timer, uint64_t) {
  auto& reservation = static_cast<Reservation&>(timer);
  ThreadQueue released;
  while (Schedulable* thread = reservation.throttled.pop_front()) released.push_back(*thread);
  while (Schedulable* thread = released.pop_front()) scheduler().enqueue(*thread, Scheduler::Place::Back);
}

void Scheduler::initialize(uint32_t cpu, uint64_t quantum, Schedulable& idle, const Hooks& hooks) {
  cpu_ = cpu;
  quantum_ = quantum;
  idle_ = &idle;
  hooks_ = hooks;
}

void Scheduler::start() {
  Context boot;  // saved once, never resumed
  current_ = idle_;
  idle_->state = ThreadState::Running;
  owner_of_stack(idle_->context.kernel_stack_pointer) = this;
  switch_context(boot, idle_->context);
  panic("the boot stack was resumed", __FILE__, __LINE__);
}

void Scheduler::enqueue(Schedulable& thread, Place place) {
  HOP_ASSERT(thread.state != ThreadState::Ready && thread.state != ThreadState::Ended);
  if (&thread == idle_) {
    thread.state = ThreadState::Ready;
    return;
  }
  if (Reservation* limit = thread.reservation; limit != nullptr && !limit->server.has_budget(cpu::clock())) {
    thread.state = ThreadState::Throttled;
    limit->throttled.push_back(thread);
    if (!limit->is_set()) timers_.set(*limit, limit->server.next_refill());
    return;
  }
  const uint32_t priority = hooks_.priority_of(thread);
  Scheduler& owner = place_for(priority);
  ThreadQueue& queue = owner.ready_[priority];
  queue.insert_before(place == Place::Front ? queue.front() : nullptr, thread);
  owner.occupied_ |= 1u << priority;
  thread.state = ThreadState::Ready;
  thread.queued_priority = priority;
  thread.queue_owner = &owner;
  if (&owner != this) cpu::signal(uint64_t{1} << owner.cpu_);
}

uint32_t Scheduler::running_rank() const {
  return current_ == idle_ ? 0 : 1 + hooks_.priority_of(*current_);
}

Scheduler& Scheduler::place_for(uint32_t priority) {
  if (cpu_count == 1 || current_ == nullptr) return *this;
  Scheduler* least = this;
  uint32_t least_rank = running_rank();
  for (uint32_t cpu = 0; cpu < cpu_count && least_rank != 0; ++cpu) {
    Scheduler& other = schedulers[cpu];
    if (&other == this || other.current_ == nullptr) continue;
    const uint32_t rank = other.running_rank();
    const bool is_taken = other.occupied_ != 0 && other.highest_ready() + 1 >= rank;  // somebody is on the way
    if (rank >= least_rank || is_taken) continue;
    least = &other;
    least_rank = rank;
  }
  return priority + 1 > least_rank ? *least : *this;
}

const Scheduler* Scheduler::best_queue() const {
  const Scheduler* best = occupied_ != 0 ? this : nullptr;
  for (uint32_t cpu = 0; cpu_count != 1 && cpu < cpu_count; ++cpu) {
    const Scheduler& other = schedulers[cpu];
    if (other.occupied_ == 0) continue;
    if (best == nullptr || other.highest_ready() > best->highest_ready()) best = &other;
  }
  return best;
}

Scheduler* Scheduler::running(const Schedulable& thread) {
  for (uint32_t cpu = 0; cpu < cpu_count; ++cpu) {
    if (schedulers[cpu].current_ == &thread) return &schedulers[cpu];
  }
  return nullptr;
}

void Scheduler::kick(const Schedulable& thread) const {
  const Scheduler* other = running(thread);
  if (other != nullptr && other != this) cpu::signal(uint64_t{1} << other->cpu_);
}

bool Scheduler::dequeue(Schedulable& thread) {
  if (thread.state != ThreadState::Ready && thread.state != ThreadState::Throttled) return false;
  thread.ListNode<QueueTag>::unlink();
  if (thread.state == ThreadState::Ready && thread.queue_owner->ready_[thread.queued_priority].is_empty()) {
    thread.queue_owner->occupied_ &= ~(1u << thread.queued_priority);
  }
  thread.state = ThreadState::New;
  return true;
}

Schedulable* Scheduler::take_next() {
  auto* owner = const_cast<Scheduler*>(best_queue());
  if (owner == nullptr) return idle_;
  const unsigned priority = owner->highest_ready();
  Schedulable* next = owner->ready_[priority].pop_front();
  if (owner->ready_[priority].is_empty()) owner->occupied_ &= ~(1u << priority);
  return next;
}

void Scheduler::charge_current() {
  const uint64_t now = cpu::clock();
  if (current_->reservation != nullptr && now > charged_until_) {
    current_->reservation->server.charge(now - charged_until_);
  }
  charged_until_ = now;
}

void Scheduler::switch_to_next() {
  charge_current();
  Schedulable* next = take_next();
  Schedulable* previous = current_;
  next->state = ThreadState::Running;
  is_slice_fresh_ = true;
  if (next->reservation != nullptr) next->reservation->server.begin(charged_until_);
  if (next == previous) return;
  current_ = next;
  owner_of_stack(next->context.kernel_stack_pointer) = this;
  switch_context(previous->context, next->context);
  scheduler().finish_switch();  // it may be another CPU that goes on here
}

void Scheduler::finish_switch() {
  if (ended_ == nullptr) return;
  Schedulable* ended = ended_;
  ended_ = nullptr;
  hooks_.release(*ended);
}

void Scheduler::take_place(Schedulable& thread, Schedulable& other) {
  HOP_ASSERT(other.state == ThreadState::New && thread.state != ThreadState::Ended);
  if (Scheduler* const cpu = running(thread); cpu != nullptr) {
    cpu->charge_current();
    cpu->current_ = &other;
  } else if (thread.ListNode<QueueTag>::is_linked()) {
    thread.ListNode<QueueTag>::replace_by(other);
  }
  if (thread.is_set()) {
    timers_.cancel(thread);
    timers_.set(other, thread.when);
  }
  other.state = thread.state;
  other.wake_reason = thread.wake_reason;
  other.queued_priority = thread.queued_priority;
  other.queue_owner = thread.queue_owner;
  other.slice_left = thread.slice_left;
  thread.state = ThreadState::New;
  thread.slice_left = 0;
}

void Scheduler::yield() {
  charge_current();
  current_->slice_left = 0;
  enqueue(*current_, Place::Back);
  switch_to_next();
}

WakeReason Scheduler::block(ThreadQueue* queue, uint64_t deadline) {
  Schedulable& thread = *current_;
  HOP_ASSERT(&thread != idle_);
  thread.state = ThreadState::Blocked;
  thread.slice_left = 0;
  if (queue != nullptr) {
    thread.queued_priority = hooks_.priority_of(thread);
    Schedulable* place = nullptr;
    for (Schedulable* last = queue->back(); last != nullptr && last->queued_priority < thread.queued_priority;
         last = queue->before(*last)) {
      place = last;
    }
    queue->insert_before(place, thread);
  }
  if (deadline != kNoDeadline) timers_.set(thread, deadline);
  switch_to_next();
  return scheduler().current_->wake_reason;  // on another CPU, perhaps, and with another thread in its place
}

void Scheduler::wake(Schedulable& thread, WakeReason reason, Place place) {
  HOP_ASSERT(thread.state == ThreadState::Blocked);
  thread.wake_reason = reason;
  if (thread.ListNode<QueueTag>::is_linked()) thread.ListNode<QueueTag>::unlink();
  timers_.cancel(thread);
  enqueue(thread, place);
}

void Scheduler::end_current() {
  charge_current();
  current_->reservation = nullptr;
  current_->state = ThreadState::Ended;
  ended_ = current_;
  switch_to_next();
  panic("an ended thread was resumed", __FILE__, __LINE__);
}

bool Scheduler::goes_on() {
  if (is_slice_fresh_ || current_->reservation != nullptr) return false;
  uint64_t compare = timers_.next();
  if (occupied_ != 0 && highest_ready() >= current_->priority) {
    if (highest_ready() > current_->priority || cpu::clock() >= slice_end_) return false;
    if (slice_end_ < compare) compare = slice_end_;
  }
  ask_timer(compare);
  return true;
}

void Scheduler::ask_timer(uint64_t compare) {
  if (compare == programmed_) return;
  programmed_ = compare;
  cpu::set_compare(compare);
}

bool Scheduler::must_yield() {
  if (current_ == idle_) return occupied_ != 0;
  if (current_->reservation != nullptr) {
    charge_current();
    if (!current_->reservation->server.has_budget(charged_until_)) return true;
  }
  if (occupied_ == 0 || highest_ready() < current_->priority) return false;
  const uint32_t priority = hooks_.priority_of(*current_);
  if (highest_ready() != priority) return highest_ready() > priority;
  return !is_slice_fresh_ && cpu::clock() >= slice_end_;
}

void Scheduler::give_way() {
  const uint64_t now = cpu::clock();
  const bool has_had_its_turn = !is_slice_fresh_ && now >= slice_end_;
  if (!is_slice_fresh_) current_->slice_left = has_had_its_turn ? 0 : slice_end_ - now;
  enqueue(*current_, has_had_its_turn ? Place::Back : Place::Front);
  switch_to_next();
}

void Scheduler::program_timer() {
  uint64_t compare = timers_.next();
  if (is_slice_fresh_) {
    is_slice_fresh_ = false;
    slice_end_ = cpu::clock() + (current_->slice_left != 0 ? current_->slice_left : quantum_);
  }
  // somebody of the same priority waits for the end of the slice; for who has less it does not end
  const bool is_candidate = occupied_ != 0 && highest_ready() >= current_->priority;
  const bool is_shared = is_candidate && highest_ready() >= hooks_.priority_of(*current_);
  if (is_shared && slice_end_ < compare) compare = slice_end_;
  if (current_->reservation != nullptr) {
    const uint64_t end = cpu::clock() + kLeaveTicks + current_->reservation->server.available();
    if (end < compare) compare = end;
  }
  ask_timer(compare);
}

}  // namespace kernel
