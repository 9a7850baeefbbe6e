// SPDX-License-Identifier: GPL-2.0-or-later
// A share of the CPU that threads use up together, as an object: whoever has it may put threads under it.
#pragma once
#include "kernel/object/object.h"
#include "kernel/sched/scheduler.h"

namespace kernel {

struct Budget : Object, Reservation {
  constexpr Budget() : Object(ObjectKind::Budget) {}
};

/// A budget of so many ticks in each period, with one reference, or nullptr when there is no memory.
[[nodiscard]] Budget* create_budget(Quota& quota, uint64_t ticks, uint64_t period);
void destroy(Budget& budget);

/// Puts a thread under the budget, or under none (nullptr). What it has used until now is the old one's.
void set_budget(Schedulable& thread, Budget* budget);

/// `other`, which is under none, comes under the same as `thread`, as it goes on in its place.
void share_budget(const Schedulable& thread, Schedulable& other);

}  // namespace kernel
