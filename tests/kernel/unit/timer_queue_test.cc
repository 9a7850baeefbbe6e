// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/sched/timer_queue.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <vector>

using kernel::Timer;
using kernel::TimerQueue;

namespace {

struct Noted : Timer {
  Noted() : Timer(note) {}
  static void note(Timer& timer, uint64_t now) {
    Noted& own = static_cast<Noted&>(timer);
    own.expired_at.push_back(now);
    order->push_back(&own);
  }
  std::vector<uint64_t> expired_at;
  static inline std::vector<Noted*>* order = nullptr;
};

}  // namespace

TEST_CASE("timers expire in the order of their times, equal ones in the order in which they were set") {
  std::vector<Noted*> order;
  Noted::order = &order;
  TimerQueue queue;
  std::vector<Noted> timers(5);
  const uint64_t times[] = {30, 10, 20, 10, 30};
  for (size_t i = 0; i < 5; ++i) queue.set(timers[i], times[i]);
  CHECK(queue.next() == 10);
  queue.expire(9);
  CHECK(order.empty());
  queue.expire(30);
  CHECK(order == std::vector<Noted*>{&timers[1], &timers[3], &timers[2], &timers[0], &timers[4]});
  CHECK(queue.next() == kernel::kNoDeadline);
}

TEST_CASE("a timer that is cancelled or set anew does not expire at its old time") {
  std::vector<Noted*> order;
  Noted::order = &order;
  TimerQueue queue;
  Noted a, b;
  queue.set(a, 10);
  queue.set(b, 20);
  queue.cancel(a);
  queue.cancel(a);
  queue.set(b, 40);
  queue.expire(30);
  CHECK(order.empty());
  CHECK_FALSE(a.is_set());
  CHECK(b.is_set());
  queue.expire(40);
  CHECK(order == std::vector<Noted*>{&b});
}

TEST_CASE("a timer that is set for a time that has come, while others expire, expires with them") {
  struct Again : Timer {
    explicit Again(TimerQueue& its_queue) : Timer(fire), queue(its_queue) {}
    static void fire(Timer& timer, uint64_t) {
      Again& own = static_cast<Again&>(timer);
      if (++own.times < 3) own.queue.set(own, own.when + 5);
    }
    TimerQueue& queue;
    int times = 0;
  };
  TimerQueue queue;
  Again again(queue);
  queue.set(again, 10);
  queue.expire(15);
  CHECK(again.times == 2);
  CHECK(queue.next() == 20);
  queue.expire(100);
  CHECK(again.times == 3);
}

TEST_CASE("over 20,000 random operations a timer queue has what a sorted list has") {
  std::mt19937 random(7);
  std::vector<Noted*> order;
  Noted::order = &order;
  TimerQueue queue;
  std::vector<Noted> timers(200);
  std::vector<std::pair<uint64_t, Noted*>> model;  // in order of setting
  const auto forget = [&](const Noted* timer) {
    std::erase_if(model, [&](const auto& entry) { return entry.second == timer; });
  };
  uint64_t now = 0;
  for (int step = 0; step < 20'000; ++step) {
    Noted& timer = timers[random() % timers.size()];
    switch (random() % 4) {
      case 0:
      case 1: {
        const uint64_t when = now + random() % 1'000;
        queue.set(timer, when);
        forget(&timer);
        model.emplace_back(when, &timer);
        break;
      }
      case 2:
        queue.cancel(timer);
        forget(&timer);
        break;
      default: {
        now += random() % 50;
        order.clear();
        queue.expire(now);
        std::vector<std::pair<uint64_t, Noted*>> due;
        for (const auto& entry : model) {
          if (entry.first <= now) due.push_back(entry);
        }
        std::ranges::stable_sort(due, {}, &std::pair<uint64_t, Noted*>::first);
        REQUIRE(order.size() == due.size());
        for (size_t i = 0; i < due.size(); ++i) CHECK(order[i] == due[i].second);
        std::erase_if(model, [&](const auto& entry) { return entry.first <= now; });
      }
    }
    uint64_t first = kernel::kNoDeadline;
    for (const auto& entry : model) first = std::min(first, entry.first);
    REQUIRE(queue.next() == first);
  }
}
