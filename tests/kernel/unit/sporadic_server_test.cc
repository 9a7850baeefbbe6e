// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/sched/sporadic_server.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <vector>

using kernel::SporadicServer;

namespace {

/// Somebody who uses a server: in pieces, whenever it likes and there is budget.
struct User {
  SporadicServer server;
  uint64_t now = 0;
  std::vector<std::pair<uint64_t, uint64_t>> used = {};  ///< from, to

  explicit User(uint64_t budget, uint64_t period) { server.configure(budget, period, 0); }
  void use(uint64_t wanted) {
    if (!server.has_budget(now)) return;
    server.begin(now);
    const uint64_t ticks = std::min(wanted, server.available());
    used.emplace_back(now, now + ticks);
    now += ticks;
    server.charge(ticks);
  }
  /// The most that has been used in any window of that length.
  [[nodiscard]] uint64_t most_in(uint64_t window) const {
    uint64_t most = 0;
    for (const auto& [start, unused] : used) {
      uint64_t sum = 0;
      for (const auto& [from, to] : used) {
        if (from >= start && from < start + window) sum += std::min(to, start + window) - from;
      }
      most = std::max(most, sum);
    }
    return most;
  }
};

}  // namespace

TEST_CASE("all of a budget can be used at once, and comes back one period after its use began") {
  User user(30, 100);
  user.now = 1'000;
  user.use(1'000);
  CHECK(user.now == 1'030);
  CHECK_FALSE(user.server.has_budget(1'030));
  CHECK(user.server.next_refill() == 1'100);
  CHECK_FALSE(user.server.has_budget(1'099));
  CHECK(user.server.has_budget(1'100));
}

TEST_CASE("what is used in many pieces without a pause comes back as one") {
  User user(300, 1'000);
  for (int piece = 0; piece < 100; ++piece) user.use(3);
  CHECK(user.now == 300);
  CHECK_FALSE(user.server.has_budget(999));
  user.now = 1'000;
  user.server.begin(1'000);
  CHECK(user.server.available() == 300);
}

TEST_CASE("two users in turn get nearly all of their common budget, however small the pieces") {
  User user(300, 1'000);
  uint64_t used = 0;
  while (user.now < 1'000'000) {
    const uint64_t before = user.now;
    user.use(7);
    used += user.now - before;
    user.now += user.server.has_budget(user.now) ? 5 : 20;  // the kernel's own time between two users
  }
  CHECK(used > 280'000);
  CHECK(used <= 300'300);
}

TEST_CASE("what is used in two pieces comes back in two pieces") {
  User user(30, 100);
  user.use(10);
  user.now = 50;
  user.use(20);
  CHECK_FALSE(user.server.has_budget(99));
  user.now = 100;
  REQUIRE(user.server.has_budget(100));
  user.server.begin(100);
  CHECK(user.server.available() == 10);
  user.use(1'000);
  CHECK(user.now == 110);
  CHECK(user.server.next_refill() == 150);
}

TEST_CASE("what was used beyond the budget is paid for by a later refill") {
  SporadicServer server;
  server.configure(30, 100, 0);
  server.begin(0);
  server.charge(40);
  CHECK(server.next_refill() == 110);
}

TEST_CASE("whatever a user does, in no window of a period does it use more than its budget") {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    const uint64_t period = 50 + random() % 1'000;
    const uint64_t budget = 1 + random() % period;
    User user(budget, period);
    for (int step = 0; step < 150; ++step) {
      user.use(1 + random() % (budget + 1));
      if (random() % 3 != 0) user.now += random() % period;
      if (!user.server.has_budget(user.now) && random() % 2 == 0) user.now = user.server.next_refill();
    }
    INFO("budget " << budget << " of " << period);
    CHECK(user.most_in(period) <= budget);
  }
}

TEST_CASE("a user that always wants the CPU gets its share of it") {
  User user(20, 100);
  while (user.now < 100'000) {
    user.use(7);
    if (!user.server.has_budget(user.now)) user.now = user.server.next_refill();
  }
  uint64_t sum = 0;
  for (const auto& [from, to] : user.used) sum += to - from;
  CHECK(sum >= 19'900);
  CHECK(sum <= 20'100);
}
