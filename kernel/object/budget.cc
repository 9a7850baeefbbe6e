// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/budget.h"

#include "kernel/arch/cpu.h"
#include "kernel/memory/object_cache.h"
#include "kernel/object/quota.h"

namespace kernel {

namespace {
constinit ObjectCache<Budget> budgets;
}

Budget* create_budget(Quota& quota, uint64_t ticks, uint64_t period) {
  Budget* budget = create_paid(budgets, quota, sizeof(Budget));
  if (budget != nullptr) budget->server.configure(ticks, period, cpu::clock());
  return budget;
}

void destroy(Budget& budget) {
  HOP_ASSERT(budget.throttled.is_empty());
  TimerQueue::cancel(budget);
  budgets.destroy(&budget);
}

void set_budget(Schedulable& thread, Budget* budget) {
  Scheduler* const cpu = Scheduler::running(thread);
  if (cpu != nullptr) cpu->charge_current();
  const bool was_queued = scheduler().dequeue(thread);
  auto* old = static_cast<Budget*>(thread.reservation);
  if (budget != nullptr) acquire(*budget);
  thread.reservation = budget;
  if (was_queued) scheduler().requeue(thread);
  if (cpu != nullptr && budget != nullptr && budget->server.has_budget(cpu::clock())) {
    budget->server.begin(cpu::clock());
  }
  scheduler().kick(thread);
  if (old != nullptr) release(*old);
}

void share_budget(const Schedulable& thread, Schedulable& other) {
  other.reservation = thread.reservation;
  if (other.reservation != nullptr) acquire(static_cast<Budget&>(*other.reservation));
}

}  // namespace kernel
