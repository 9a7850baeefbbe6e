// SPDX-License-Identifier: GPL-2.0-or-later
// Locks of a service whose holders do not come to the end of their work.
#include <new>

#include "isa-ext/abi/structures.h"
#include "tests/kernel/guest/relay.h"
#include "tests/kernel/guest/test.h"
#include "tests/kernel/guest/threads.h"
#include "userland/runtime/gate.h"
#include "userland/runtime/mutex.h"

extern "C" {
void locker_entry();
hop::Reply locker(const hop::Request& request);
}

namespace {

using namespace guest;
using namespace hop::kernel;
using hop::Status;

enum Work : uint64_t { kChange, kFaultHalfway, kOverflowHalfway, kWaitHalfway, kLockForGood };

/// What the service keeps: the two are equal whenever nobody is changing them.
volatile uint64_t first = 0, second = 0, repairs = 0;
void repair() {
  repairs = repairs + 1;
  second = first;
}
constinit hop::Mutex repaired{repair};
constinit hop::Mutex lost;
uint16_t go_on = 0, inside = 0;  // events

uint64_t overflow(uint64_t depth) {
  volatile uint64_t room[64];
  room[depth % 64] = depth;
  return depth == ~uint64_t{0} ? 0 : overflow(depth + 1) + room[0];
}

uint16_t gate() {
  static uint16_t made = 0;
  if (made == 0) {
    CHECK_EQUAL(hop::add_stacks(3, 0x4000), Status::Ok);
    made = SELECTOR(hop::make_gate(locker_entry, 0));
  }
  return made;
}

hop::Reply ask(Work work) {
  return hop::gate_call(gate(), 0, {work});
}

}  // namespace

hop::Reply locker(const hop::Request& request) {
  if (request.arguments.a == kLockForGood) {
    const hop::Guard guard(lost);
    if (request.arguments.b != 0) *reinterpret_cast<volatile uint64_t*>(0x123'4567'8000) = 1;
    return {};
  }
  const hop::Guard guard(repaired);
  CHECK_EQUAL(first, second);
  first = first + 1;
  switch (static_cast<Work>(request.arguments.a)) {
    case kFaultHalfway:
      *reinterpret_cast<volatile uint64_t*>(0x123'4567'8000) = 1;
      break;
    case kOverflowHalfway:
      return {static_cast<int64_t>(overflow(1)), 0};
    case kWaitHalfway:
      event_signal(inside);
      event_wait(go_on, kNoDeadline);
      break;
    default:
      break;
  }
  second = second + 1;
  return {};
}
HOP_GATE(locker_entry, locker);

GUEST_TEST_AT_DEPTHS(
    "K7: when the holder of a lock faults, the next locker learns of it and repairs what was half done") {
  repairs = 0;
  CHECK_OK(ask(kChange));
  CHECK_EQUAL(repairs, 0u);
  for (uint64_t i = 1; i <= 10; ++i) {
    CHECK_STATUS(ask(kFaultHalfway), Status::ServerFault);
    CHECK_OK(ask(kChange));
    CHECK_EQUAL(repairs, i);
    CHECK_EQUAL(first, second);
  }
}

GUEST_TEST("K7: so it is when the holder has used up its stack") {
  repairs = 0;
  for (uint64_t i = 1; i <= 4; ++i) {
    CHECK_STATUS(ask(kOverflowHalfway), Status::ServerFault);
    CHECK_OK(ask(kChange));
    CHECK_EQUAL(repairs, i);
  }
}

GUEST_TEST_AT_DEPTHS("K7: a thread that waits for the lock of one that faults gets it") {
  const Event wait, entered;
  go_on = wait.selector();
  inside = entered.selector();
  repairs = 0;
  struct Trip {
    const Event* done;
    hop::Reply reply;
  };
  const Event done;
  Trip trip{&done, {}};
  start_thread(
      [](uint64_t where) {
        Trip& own = *reinterpret_cast<Trip*>(where);
        own.reply = ask(kWaitHalfway);
        own.done->signal();
      },
      reinterpret_cast<uint64_t>(&trip));
  entered.wait(1);
  const RunningThread other(
      +[](uint64_t) -> uint64_t { return ask(kFaultHalfway).status() == Status::ServerFault; }, 0);
  give_time();
  wait.signal();
  done.wait(1);
  CHECK_OK(trip.reply);
  CHECK_OK(ask(kChange));
  CHECK_EQUAL(first, second);
  let_them_end();
}

GUEST_TEST("K7: where nobody can repair it, each request that needs the lock ends with ServerFault, and none hangs") {
  CHECK_OK(ask(kLockForGood));
  CHECK_STATUS(hop::gate_call(gate(), 0, {kLockForGood, 1}), Status::ServerFault);
  for (int i = 0; i < 3; ++i) CHECK_STATUS(ask(kLockForGood), Status::ServerFault);
  CHECK_OK(ask(kChange));
  new (&lost) hop::Mutex;  // as if the service had been made anew: the test runs twice
}

GUEST_TEST_AT_DEPTHS("K7: a caller whose stack space ends while it is in a service does not take the lock along") {
  const Event wait, entered;
  go_on = wait.selector();
  inside = entered.selector();
  repairs = 0;
  static uint64_t came_back;
  came_back = 0;
  const uint16_t stack = SELECTOR(space_create(asx::kSpaceStack, 16, 0x6b63617473, 0));
  const auto body = +[](uint64_t) { came_back = ask(kWaitHalfway).is_error() ? 1 : 2; };
  CHECK_OK(list_remove(hop::kSelf,
                       SELECTOR(thread_create(thread_gate(), stack, 0, 0, reinterpret_cast<uint64_t>(body), 0))));
  entered.wait(1);
  CHECK_OK(space_destroy(stack));
  wait.signal();
  CHECK_OK(ask(kChange));  // waits until the other has done its work
  let_them_end();
  CHECK_EQUAL(first, second);
  CHECK_EQUAL(repairs, 0u);
  CHECK_EQUAL(came_back, 2u);
  CHECK_OK(list_remove(hop::kSelf, stack));
}
