// SPDX-License-Identifier: GPL-2.0-or-later
// K2, K6: what one thread may ask of another, and what becomes of a call that does not come back.
#include "asx/intrinsics.h"
#include "isa-ext/abi/structures.h"
#include "tests/kernel/guest/callee.h"
#include "tests/kernel/guest/child.h"
#include "tests/kernel/guest/relay.h"
#include "tests/kernel/guest/test.h"
#include "tests/kernel/guest/threads.h"
#include "userland/runtime/mutex.h"

namespace {

using namespace guest;
using namespace hop::kernel;
using asx::StackPolicy;
using hop::Status;

/// A thread that goes so deep, waits there, and comes home.
struct Trip {
  uint64_t depth;
  const Event& go;
  volatile uint64_t in_callee = 0, at_home = 0;
  volatile int64_t reply = 0;
};

uint64_t wait_in_callee(uint64_t where) {
  Trip& trip = *reinterpret_cast<Trip*>(where);
  trip.in_callee = 1;
  trip.go.wait(1);
  for (volatile int i = 0; i < 1'000;) i = i + 1;
  trip.in_callee = 2;
  return 7;
}

uint64_t make_trip(uint64_t where) {
  Trip& trip = *reinterpret_cast<Trip*>(where);
  trip.reply = try_behind(trip.depth, wait_in_callee, where).value;
  for (volatile int i = 0; i < 1'000;) i = i + 1;
  trip.at_home = 1;
  return 0;
}

uint64_t wait_at_home(uint64_t where) {
  Trip& trip = *reinterpret_cast<Trip*>(where);
  trip.in_callee = 1;
  trip.reply = static_cast<int64_t>(event_wait(trip.go.selector(), kNoDeadline).status());
  trip.at_home = 1;
  return 0;
}

}  // namespace

GUEST_TEST("K2: a thread that is suspended in a callee rests when it is home again, and goes on when it is resumed") {
  for (const uint64_t depth : kDepths) {
    const Event go;
    Trip trip{depth, go};
    const RunningThread thread(make_trip, trip);
    give_time();
    CHECK_EQUAL(trip.in_callee, 1u);
    CHECK_OK(thread_suspend(thread.selector()));
    go.signal();
    give_time();
    CHECK_EQUAL(trip.in_callee, 2u);
    CHECK_EQUAL(trip.at_home, 0u);
    CHECK_OK(thread_resume(thread.selector()));
    give_time();
    CHECK_EQUAL(trip.at_home, 1u);
    CHECK_EQUAL(trip.reply, 7u);
  }
}

GUEST_TEST("K2: a thread that is suspended at home rests at once, and one that suspends itself at its next step") {
  const Event done;
  struct Count {
    volatile uint64_t turns = 0;
    volatile bool stop = false;
  } count;
  const auto spin = +[](uint64_t where) -> uint64_t {
    Count& own = *reinterpret_cast<Count*>(where);
    while (!own.stop) own.turns = own.turns + 1;
    return 0;
  };
  const RunningThread thread(spin, count);
  give_time();
  CHECK_OK(thread_suspend(thread.selector()));
  give_time();
  const uint64_t turns = count.turns;
  give_time();
  CHECK_EQUAL(count.turns, turns);
  CHECK_OK(thread_resume(thread.selector()));
  CHECK_OK(thread_resume(thread.selector()));
  give_time();
  CHECK(count.turns > turns);
  count.stop = true;

  const auto suspend_self = +[](uint64_t where) -> uint64_t {
    thread_suspend(0);
    reinterpret_cast<const Event*>(where)->signal();
    return 0;
  };
  const RunningThread sleeper(suspend_self, const_cast<Event&>(done));
  give_time();
  CHECK_STATUS(event_wait(done.selector(), 0), Status::TimedOut);
  CHECK_OK(thread_resume(sleeper.selector()));
  done.wait(1);
  let_them_end();
}

GUEST_TEST(
    "K2: a thread that is to end finishes what it has called, comes home, and ends there; who joins it is told") {
  for (const uint64_t depth : kDepths) {
    const Event go, ended;
    Trip trip{depth, go};
    const RunningThread thread(make_trip, trip);
    CHECK_OK(thread_notify(thread.selector(), ended.selector()));
    give_time();
    CHECK_OK(thread_end(thread.selector()));
    give_time();
    CHECK_STATUS(event_wait(ended.selector(), 0), Status::TimedOut);
    go.signal();
    ended.wait(1);
    CHECK_EQUAL(trip.in_callee, 2u);
    CHECK_EQUAL(trip.at_home, 0u);
    CHECK_STATUS(thread_end(thread.selector()), Status::NotFound);
    CHECK_STATUS(thread_suspend(thread.selector()), Status::NotFound);
  }
}

GUEST_TEST("K2: a thread that is to end while it waits at home, or rests, ends at once") {
  for (const bool rests : {false, true}) {
    const Event go, ended;
    Trip trip{0, go};
    const RunningThread thread(wait_at_home, trip);
    CHECK_OK(thread_notify(thread.selector(), ended.selector()));
    give_time();
    if (rests) {
      CHECK_OK(thread_suspend(thread.selector()));
      go.signal();
      give_time();
    }
    CHECK_OK(thread_end(thread.selector()));
    ended.wait(1);
    CHECK_EQUAL(trip.at_home, 0u);
    if (!rests) continue;
    CHECK_STATUS(event_wait(go.selector(), 0), Status::TimedOut);  // it had been taken
  }
}

namespace {

/// A callee that heeds alerts.
uint64_t wait_for_alert(uint64_t where) {
  Trip& trip = *reinterpret_cast<Trip*>(where);
  trip.in_callee = 1;
  const hop::Reply waited = event_wait_alertable(trip.go.selector(), kNoDeadline);
  if (waited.status() != Status::Alerted) return 1;
  if (event_wait_alertable(trip.go.selector(), kNoDeadline).status() != Status::Alerted) return 2;  // it is sticky
  if (alert_take().value != 1 || alert_take().value != 1) return 3;  // and not the callee's to take
  return 7;
}

uint64_t make_alerted_trip(uint64_t where) {
  Trip& trip = *reinterpret_cast<Trip*>(where);
  trip.reply = try_behind(trip.depth, wait_for_alert, where).value;
  trip.at_home = static_cast<uint64_t>(alert_take().value * 10 + alert_take().value);
  return 0;
}

}  // namespace

GUEST_TEST("K2: an alert ends the alertable wait of a callee, stays until the thread is home, and is taken there") {
  for (const uint64_t depth : kDepths) {
    const Event go;
    Trip trip{depth, go};
    const RunningThread thread(make_alerted_trip, trip);
    give_time();
    CHECK_EQUAL(trip.in_callee, 1u);
    CHECK_OK(thread_alert(thread.selector()));
    give_time();
    CHECK_EQUAL(trip.reply, 7u);
    CHECK_EQUAL(trip.at_home, 10u);
  }
}

GUEST_TEST("K2: an alert does not end a wait that is not alertable") {
  const Event go;
  Trip trip{1, go};
  const RunningThread thread(make_trip, trip);
  give_time();
  CHECK_OK(thread_alert(thread.selector()));
  give_time();
  CHECK_EQUAL(trip.at_home, 0u);
  go.signal();
  give_time();
  CHECK_EQUAL(trip.reply, 7u);
}

namespace {

/// A thread that calls with a deadline.
struct Deadline : Trip {
  uint64_t patience, grace;
  volatile uint64_t waited = 0;
  volatile int64_t cleared = 0;
  volatile uint64_t alert = 0;
};

uint64_t call_with_deadline(uint64_t where) {
  Deadline& own = *reinterpret_cast<Deadline*>(where);
  const uint64_t start = hop::clock_ticks();
  CHECK_OK(call_deadline(start + own.patience, own.grace));
  own.reply = try_behind(own.depth, own.alert != 0 ? wait_for_alert : wait_in_callee, where).value;
  own.waited = hop::clock_ticks() - start;
  own.cleared = static_cast<int64_t>(call_deadline_clear().status());
  own.alert = static_cast<uint64_t>(alert_take().value);
  own.at_home = 1;
  return 0;
}

uint64_t call_with_deadline_below(uint64_t where) {
  call_behind(3, call_with_deadline, where);
  return 0;
}

}  // namespace

GUEST_TEST("K6: a call whose deadline and grace have passed returns CallAborted, and the callee finishes on its own") {
  for (const Function begin : {call_with_deadline, call_with_deadline_below}) {
    for (const uint64_t depth : kDepths) {
      const Event go;
      Deadline own{{depth, go}, ticks(50'000), ticks(30'000)};
      const RunningThread thread(begin, own);
      give_time(70'000);
      CHECK_EQUAL(own.at_home, 0u);
      give_time(200'000);
      CHECK_EQUAL(own.at_home, 1u);
      CHECK_EQUAL(own.reply, Status::CallAborted);
      CHECK(own.waited >= ticks(80'000) && own.waited < ticks(90'000));
      CHECK_EQUAL(own.cleared, Status::NotFound);
      CHECK_EQUAL(own.alert, 0u);
      CHECK_EQUAL(own.in_callee, 1u);
      go.signal();
      give_time();
      CHECK_EQUAL(own.in_callee, 2u);
    }
  }
}

GUEST_TEST("K6: a callee that heeds the alert returns in its grace, and its caller has the reply") {
  for (const uint64_t depth : kDepths) {
    const Event go;
    Deadline own{{depth, go}, ticks(50'000), ticks(1'000'000)};
    own.alert = 1;
    const RunningThread thread(call_with_deadline, own);
    give_time(300'000);
    CHECK_EQUAL(own.at_home, 1u);
    CHECK_EQUAL(own.reply, 7u);
    CHECK_EQUAL(own.cleared, Status::Ok);
    CHECK_EQUAL(own.alert, 0u);
  }
}

GUEST_TEST("K6: a call that returns in time has its reply, and the deadline is over with its maker") {
  for (const Function begin : {call_with_deadline, call_with_deadline_below}) {
    const Event go;
    Deadline own{{2, go}, ticks(500'000), 0};
    const RunningThread thread(begin, own);
    give_time(50'000);
    go.signal();
    give_time(50'000);
    CHECK_EQUAL(own.reply, 7u);
    CHECK_EQUAL(own.cleared, Status::Ok);
    give_time(600'000);
  }
  // one that is left behind by its maker does not hit who comes to the same depth later
  const auto leave_behind = +[](uint64_t) -> uint64_t {
    CHECK_OK(call_deadline(hop::clock_ticks() + ticks(20'000), 0));
    return 0;
  };
  const auto stay = +[](uint64_t) -> uint64_t {
    give_time(100'000);
    return 5;
  };
  CHECK_EQUAL(call_behind(1, leave_behind, 0), 0u);
  const auto go_on = +[](uint64_t body) -> uint64_t { return call_behind(1, reinterpret_cast<Function>(body), 0); };
  CHECK_EQUAL(call_behind(1, go_on, reinterpret_cast<uint64_t>(static_cast<Function>(stay))), 5u);
  CHECK_STATUS(call_deadline_clear(), Status::NotFound);
}

GUEST_TEST("K6: of two deadlines in one chain the inner one concerns the inner call only") {
  struct Nested {
    const Event& go;
    volatile int64_t inner = 0, outer = 0;
  };
  const Event go;
  Nested nested{go};
  const auto inner = +[](uint64_t where) -> uint64_t {
    Nested& own = *reinterpret_cast<Nested*>(where);
    CHECK_OK(call_deadline(hop::clock_ticks() + ticks(20'000), 0));
    own.inner = try_behind(
                    1,
                    [](uint64_t event) -> uint64_t {
                      reinterpret_cast<const Event*>(event)->wait(1);
                      return 0;
                    },
                    reinterpret_cast<uint64_t>(&own.go))
                    .value;
    CHECK_STATUS(call_deadline_clear(), Status::NotFound);
    return 3;
  };
  const uint64_t where = reinterpret_cast<uint64_t>(&nested);
  CHECK_OK(call_deadline(hop::clock_ticks() + ticks(500'000), 0));
  nested.outer = try_behind(2, inner, where).value;
  CHECK_OK(call_deadline_clear());
  CHECK_EQUAL(nested.inner, Status::CallAborted);
  CHECK_EQUAL(nested.outer, 3u);
  go.signal();
  let_them_end();
}

GUEST_TEST("K6: a callee that spins for ever costs its caller the deadline, and ends with its space") {
  const Child child = make_child(1);
  const uint16_t spin = make_gate(child, callee_spin, StackPolicy::Pool);
  CHECK_OK(call_deadline(hop::clock_ticks() + ticks(30'000), 10'000));
  uint64_t broken = 0;
  CHECK_EQUAL(call_and_watch(spin, 0, 0, 0, &broken), Status::CallAborted);
  CHECK_EQUAL(broken, 0u);
  const uint64_t count = spin_count;
  give_time();
  CHECK(spin_count > count);  // the orphan
  CHECK_OK(space_destroy(child.space));
  give_time();
  const uint64_t last = spin_count;
  give_time();
  CHECK_EQUAL(spin_count, last);
  end_gate(spin);
  end_child(child);
}

GUEST_TEST("K6: two calls deep, the deadline's caller is answered, and the service between has become an orphan too") {
  const Child child = make_child(2);
  const uint16_t spin = make_gate(child, callee_spin, StackPolicy::Pool);
  const uint16_t call = make_gate(child, callee_call, StackPolicy::Pool);
  const uint16_t inner = grant(child, spin, 0);
  CHECK_OK(call_deadline(hop::clock_ticks() + ticks(30'000), 0));
  uint64_t broken = 0;
  CHECK_EQUAL(call_and_watch(call, inner, 0, 0, &broken), Status::CallAborted);
  CHECK_EQUAL(broken, 0u);
  CHECK_OK(space_destroy(child.space));
  let_them_end();
  for (const uint16_t gate : {spin, call}) end_gate(gate);
  end_child(child);
}

GUEST_TEST("K2: what is asked of a thread needs its selector, with control") {
  const Event go;
  Trip trip{0, go};
  const RunningThread thread(wait_at_home, trip);
  const uint16_t weak = SELECTOR(list_insert(hop::kSelf, 0, thread.selector(), hop::kRightRead | hop::kRightWrite));
  for (const hop::Reply& reply : {thread_suspend(weak), thread_resume(weak), thread_end(weak), thread_alert(weak),
                                  thread_set_priority(weak, 1), thread_notify(weak, go.selector())}) {
    CHECK_STATUS(reply, Status::NotPermitted);
  }
  for (const hop::Reply& reply : {thread_suspend(go.selector()), thread_end(hop::kSelf), thread_alert(0x7fff)}) {
    CHECK_STATUS(reply, Status::BadHandle);
  }
  CHECK_OK(list_remove(hop::kSelf, weak));
  go.signal();
  let_them_end();
}

namespace {

/// A service's data, and the lock on it.
struct Guarded {
  hop::Mutex lock;
  const Event& go;
  volatile uint64_t first = 0, second = 0;  ///< always equal, when the lock is free
};

uint64_t change_under_lock(uint64_t where) {
  Guarded& own = *reinterpret_cast<Guarded*>(where);
  const hop::Guard guard(own.lock);
  own.first = own.first + 1;
  own.go.wait(1);
  own.second = own.second + 1;
  return 0;
}

uint64_t call_and_change(uint64_t where) {
  call_behind(2, change_under_lock, where);
  return 0;
}

}  // namespace

GUEST_TEST_AT_DEPTHS(
    "K7: who holds a lock in a callee gives it back before it ends, suspends, or is done as an orphan") {
  const auto end = +[](uint16_t thread) { CHECK_OK(thread_end(thread)); };
  const auto rest = +[](uint16_t thread) { CHECK_OK(thread_suspend(thread)); };
  for (void (*const request)(uint16_t) : {end, rest}) {
    const Event go;
    Guarded data{{}, go};
    const RunningThread thread(call_and_change, data);
    give_time();
    CHECK_EQUAL(data.first, 1u);
    request(thread.selector());
    give_time();
    CHECK_EQUAL(data.second, 0u);
    go.signal();
    {
      const hop::Guard guard(data.lock);  // the next one gets it, with the data whole
      CHECK_EQUAL(data.second, 1u);
    }
    give_time();
    if (request == rest) CHECK_OK(thread_resume(thread.selector()));
    let_them_end();
  }
  const Event go;
  Guarded data{{}, go};
  CHECK_OK(call_deadline(hop::clock_ticks() + ticks(20'000), 0));
  CHECK_EQUAL(try_behind(1, change_under_lock, reinterpret_cast<uint64_t>(&data)).status(), Status::CallAborted);
  go.signal();
  give_time();
  const hop::Guard guard(data.lock);
  CHECK_EQUAL(data.first, 1u);
  CHECK_EQUAL(data.second, 1u);
}
