// SPDX-License-Identifier: GPL-2.0-or-later
// K5: priorities, the ceilings of gates, budgets: they stay with the thread wherever it is.
#include "tests/kernel/guest/relay.h"
#include "tests/kernel/guest/test.h"
#include "tests/kernel/guest/threads.h"

namespace {

using namespace guest;
using namespace hop::kernel;
using hop::Status;

/// What happened, in order.
struct Journal {
  char text[16] = {};
  unsigned length = 0;
  void note(char what) {
    if (length + 1 < sizeof text) text[length++] = what;
  }
  [[nodiscard]] bool is(const char* expected) const {
    unsigned i = 0;
    while (i < length && expected[i] == text[i]) ++i;
    return i == length && expected[i] == 0;
  }
};
Journal journal;

/// The test's thread with another priority, for as long as this lives.
class OwnPriority {
 public:
  explicit OwnPriority(unsigned priority) { CHECK_OK(thread_set_priority(0, priority)); }
  ~OwnPriority() { CHECK_OK(thread_set_priority(0, hop::kDefaultPriority)); }
  OwnPriority(const OwnPriority&) = delete;
  OwnPriority& operator=(const OwnPriority&) = delete;
};

uint64_t note_letter(uint64_t letter) {
  journal.note(static_cast<char>(letter));
  return 0;
}

/// A thread that waits for an event, and then notes a letter.
struct Waiter {
  const Event& event;
  char letter;
};
uint64_t wait_and_note(uint64_t where) {
  const Waiter& own = *reinterpret_cast<const Waiter*>(where);
  own.event.wait(1);
  journal.note(own.letter);
  return 0;
}

}  // namespace

GUEST_TEST("K5: of ready threads the one with the highest priority runs first, whoever came first") {
  journal = {};
  const Event events[4];
  Waiter a{events[0], 'a'}, b{events[1], 'b'}, c{events[2], 'c'}, d{events[3], 'd'};
  const RunningThread threads[4] = {{wait_and_note, a}, {wait_and_note, b}, {wait_and_note, c}, {wait_and_note, d}};
  give_time();
  const unsigned priorities[4] = {17, 19, 18, 19};
  for (int i = 0; i < 4; ++i) CHECK_OK(thread_set_priority(threads[i].selector(), priorities[i]));
  {
    const OwnPriority own(20);
    for (const Event& event : events) event.signal();
    CHECK_EQUAL(journal.length, 0u);
    give_time();
  }
  CHECK(journal.is("bdca"));
  let_them_end();
}

GUEST_TEST("K5: a thread gives way at once to one of higher priority that becomes ready") {
  journal = {};
  const Event event;
  Waiter waiter{event, 'w'};
  const RunningThread thread(wait_and_note, waiter);
  CHECK_OK(thread_set_priority(thread.selector(), 20));
  give_time();
  journal.note('1');
  event.signal();
  journal.note('2');
  CHECK(journal.is("1w2"));
  let_them_end();
}

GUEST_TEST("K5: a sleeper takes the CPU at its time from a spinning thread of lower priority, without drift") {
  static volatile bool stop;
  stop = false;
  const auto spin = +[](uint64_t) -> uint64_t {
    while (!stop) {
    }
    return 0;
  };
  const RunningThread spinner(spin, uint64_t{0});
  CHECK_OK(thread_set_priority(spinner.selector(), 5));
  uint64_t when = hop::clock_ticks();
  for (int i = 0; i < 20; ++i) {
    when += 10'000;
    CHECK_OK(thread_sleep(when));
    CHECK(hop::clock_ticks() - when < 2'000);
  }
  stop = true;
  let_them_end();
}

namespace {

/// Behind the gate: wakes a thread that is to wait until the gate has returned.
uint64_t wake_behind_gate(uint64_t where) {
  journal.note('1');
  reinterpret_cast<const Waiter*>(where)->event.signal();
  journal.note('2');
  for (volatile int i = 0; i < 5'000;) i = i + 1;
  journal.note('3');
  return 0;
}

}  // namespace

GUEST_TEST("K5: a gate raises the priority, and at the return whoever has waited for that runs at once") {
  for (const uint64_t depth : kDepths) {
    journal = {};
    const Event event;
    Waiter waiter{event, 'w'};
    const RunningThread thread(wait_and_note, waiter);
    CHECK_OK(thread_set_priority(thread.selector(), 20));
    give_time();
    call_behind(depth, wake_behind_gate, reinterpret_cast<uint64_t>(&waiter), 25);
    journal.note('4');
    CHECK(journal.is("123w4"));
    let_them_end();
  }
}

GUEST_TEST("K5: a ceiling below the thread's own priority, or below who waits, changes nothing") {
  for (const uint32_t ceiling : {10u, 19u, 0u}) {
    journal = {};
    const Event event;
    Waiter waiter{event, 'w'};
    const RunningThread thread(wait_and_note, waiter);
    CHECK_OK(thread_set_priority(thread.selector(), 20));
    give_time();
    call_behind(1, wake_behind_gate, reinterpret_cast<uint64_t>(&waiter), ceiling);
    CHECK(journal.is("1w23"));
    let_them_end();
  }
}

GUEST_TEST(
    "K5: a priority that there is not, of something that is no thread, or of a thread that has ended, is refused") {
  const OwnPriority own(12);
  CHECK_STATUS(thread_set_priority(0, hop::kPriorities), Status::Invalid);
  CHECK_STATUS(thread_set_priority(hop::kSelf, 3), Status::BadHandle);
  const RunningThread ended(note_letter, uint64_t{'e'});
  give_time();
  CHECK_STATUS(thread_set_priority(ended.selector(), 3), Status::NotFound);
}

namespace {

/// Turns of a loop until the clock says so.
struct Race {
  uint64_t end;
  volatile uint64_t turns;
};
uint64_t run_race(uint64_t where) {
  Race& race = *reinterpret_cast<Race*>(where);
  while (hop::clock_ticks() < race.end) race.turns = race.turns + 1;
  return 0;
}
uint64_t run_race_behind_gates(uint64_t where) {
  return call_behind(3, run_race, where);
}

constexpr uint64_t kPeriod = 200'000;
constexpr uint64_t kPeriods = 10;

/// Waits until the thread has its budget.
struct Starter {
  Function function;
  Race& race;
  const Event& go;
};
uint64_t start_race(uint64_t where) {
  const Starter& own = *reinterpret_cast<const Starter*>(where);
  own.go.wait(1);
  return own.function(reinterpret_cast<uint64_t>(&own.race));
}

uint64_t turns_of(Function function, uint16_t budget) {
  const Event go;
  Race race{hop::clock_ticks() + kPeriods * kPeriod, 0};
  Starter starter{function, race, go};
  const RunningThread thread(start_race, starter);
  CHECK_OK(thread_set_budget(thread.selector(), budget));
  go.signal();
  give_time(kPeriods * kPeriod + 2 * kPeriod);
  return race.turns;
}

}  // namespace

GUEST_TEST("K5: a budget limits a thread to its share, at home and behind gates") {
  const uint64_t all = turns_of(run_race, 0);
  CHECK(all > 10'000);
  const uint16_t fifth = SELECTOR(budget_create(kPeriod / 5, kPeriod));
  for (const Function function : {run_race, run_race_behind_gates}) {
    const uint64_t turns = turns_of(function, fifth);
    CHECK(turns < all * 23 / 100);
    CHECK(turns > all * 17 / 100);
  }
  CHECK_OK(list_remove(hop::kSelf, fifth));
}

GUEST_TEST("K5: threads under one budget share it, and those that they start come under it") {
  const uint64_t all = turns_of(run_race, 0);
  const uint16_t budget = SELECTOR(budget_create(kPeriod * 3 / 10, kPeriod));
  static Race inner;
  const auto start_another = +[](uint64_t where) -> uint64_t {
    inner = {reinterpret_cast<const Race*>(where)->end, 0};
    const RunningThread thread(run_race, inner);
    return run_race(where);
  };
  const uint64_t turns = turns_of(start_another, budget) + inner.turns;
  CHECK(turns < all * 33 / 100);
  CHECK(turns > all * 27 / 100);
  CHECK_OK(list_remove(hop::kSelf, budget));
}

GUEST_TEST("K5: a thread that waits for its budget goes on with another, or with none") {
  static volatile bool is_done;
  is_done = false;
  const uint16_t tiny = SELECTOR(budget_create(2'000, uint64_t{1} << 40));
  const auto work = +[](uint64_t where) -> uint64_t {
    reinterpret_cast<const Event*>(where)->wait(1);
    for (volatile int i = 0; i < 20'000;) i = i + 1;
    is_done = true;
    return 0;
  };
  const Event go;  // it does not begin before it has its budget
  const RunningThread thread(work, const_cast<Event&>(go));
  CHECK_OK(thread_set_budget(thread.selector(), tiny));
  go.signal();
  give_time(500'000);
  CHECK(!is_done);
  CHECK_OK(thread_set_budget(thread.selector(), 0));
  give_time(500'000);
  CHECK(is_done);
  CHECK_OK(list_remove(hop::kSelf, tiny));
}

GUEST_TEST("K5: a budget is more than nothing and no more than its period") {
  CHECK_STATUS(budget_create(0, 10), Status::Invalid);
  CHECK_STATUS(budget_create(11, 10), Status::Invalid);
  CHECK_STATUS(budget_create(10, uint64_t{1} << 49), Status::Invalid);
  CHECK_STATUS(thread_set_budget(0, hop::kSelf), Status::BadHandle);
}

GUEST_TEST("whoever is handed over to runs before others that have been ready for longer") {
  journal = {};
  const Event ping, pong;
  struct Partner {
    const Event &ping, &pong;
  } partner{ping, pong};
  const auto answer = +[](uint64_t where) -> uint64_t {
    const Partner& own = *reinterpret_cast<const Partner*>(where);
    own.ping.wait(1);
    journal.note('p');
    own.pong.signal();
    return 0;
  };
  const RunningThread thread(answer, partner);
  give_time();
  {
    const RunningThread other(note_letter, uint64_t{'o'});
    CHECK_OK(event_exchange(ping.selector(), pong.selector(), kNoDeadline));
    CHECK(journal.is("po") || journal.is("p"));
    CHECK_EQUAL(journal.text[0], 'p');
    give_time();
  }
  CHECK_STATUS(event_exchange(ping.selector(), pong.selector(), hop::clock_ticks() + 1'000), Status::TimedOut);
  ping.wait(1);
}
