// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/sched/sporadic_server.h"

namespace kernel {

void SporadicServer::configure(uint64_t budget, uint64_t period, uint64_t now) {
  first_ = 0;
  count_ = 1;
  period_ = period;
  refills_[0] = {now, budget};
}

SporadicServer::Refill SporadicServer::pop() {
  const Refill refill = first();
  first_ = (first_ + 1) % kRefills;
  --count_;
  return refill;
}

/// What is back before the last refill can be used up comes with it: nobody could tell. With no room in the ring, the
/// last refill waits for as long as the pause between the two: late is safe, early is not.
void SporadicServer::push(Refill refill) {
  const uint64_t end = count_ == 0 ? 0 : last().when + last().amount;
  if (count_ == kRefills || refill.when <= end) {
    if (refill.when > end) last().when += refill.when - end;
    last().amount += refill.amount;
    return;
  }
  if (count_ != 0 && refill.when < last().when) refill.when = last().when;
  ++count_;
  last() = refill;
}

void SporadicServer::begin(uint64_t now) {
  if (first().when < now) first().when = now;  // budget that was not used begins its period now
  while (count_ > 1) {
    const Refill& second = refills_[(first_ + 1) % kRefills];
    if (second.when > first().when + first().amount) return;
    const Refill joined = pop();
    first().when = joined.when;
    first().amount += joined.amount;
  }
}

void SporadicServer::charge(uint64_t used) {
  for (unsigned i = 0; i < kRefills && used != 0; ++i) {
    if (used < first().amount) {
      const Refill returned{first().when + period_, used};
      first().amount -= used;
      first().when += used;
      push(returned);
      return;
    }
    const Refill spent = pop();
    used -= spent.amount;
    push({spent.when + period_, spent.amount});
  }
  first().when += used;
}

}  // namespace kernel
