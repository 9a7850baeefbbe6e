// SPDX-License-Identifier: GPL-2.0-or-later
// Threads in spaces that die: executing there, returning through them, standing on them, waiting on their behalf.
#include "isa-ext/abi/structures.h"
#include "tests/kernel/guest/callee.h"
#include "tests/kernel/guest/child.h"
#include "tests/kernel/guest/test.h"
#include "tests/kernel/guest/threads.h"
#include "userland/runtime/gate.h"

namespace {

using namespace guest;
using namespace hop::kernel;
using asx::StackPolicy;
using hop::Status;

constexpr auto kServerFault = static_cast<uint64_t>(Status::ServerFault);

}  // namespace

GUEST_TEST_AT_DEPTHS("K3: a thread executing in a space that dies comes back to the caller with ServerFault") {
  struct Trip {
    const Event* done;
    uint16_t gate;
    uint64_t result = 0, broken = 0;
  };
  const Child child = make_child(1);
  const Event done;
  Trip trip{&done, make_gate(child, callee_spin, StackPolicy::Pool)};
  spin_count = 0;
  start_thread(
      [](uint64_t where) {
        Trip& own = *reinterpret_cast<Trip*>(where);
        own.result = static_cast<uint64_t>(call_and_watch(own.gate, 0, 0, 0, &own.broken));
        own.done->signal();
      },
      reinterpret_cast<uint64_t>(&trip));
  while (spin_count < 1000) thread_yield();
  CHECK_OK(space_destroy(child.space));
  done.wait(1);
  CHECK_EQUAL(trip.result, kServerFault);
  CHECK_EQUAL(trip.broken, 0u);
  end_gate(trip.gate);
  end_child(child);
  let_them_end();
}

extern "C" {
void trip_entry();
hop::Reply trip(const hop::Request& request);
hop::Reply trip(const hop::Request& request) {
  reinterpret_cast<void (*)(uint64_t)>(request.arguments.a)(0);
  return {};
}
}
HOP_GATE(trip_entry, trip);

GUEST_TEST_AT_DEPTHS("K3: a thread returning through a space that died skips it") {
  struct Trip {
    const Event* done;
    const Event* inside;
    const Event* go_on;
    uint16_t outer = 0, granted = 0;
    uint64_t result = 0, broken = 0;
  };
  static Trip* running;
  const Child child = make_child(1);
  const Event done, inside, go_on;
  Trip trip{&done, &inside, &go_on};
  running = &trip;
  // The child calls back into this program, which waits there while the child is destroyed.
  const auto wait_inside = +[](uint64_t) {
    running->inside->signal();
    running->go_on->wait(1);
  };
  static uint16_t own_gate = 0;
  static uint64_t function;
  function = reinterpret_cast<uint64_t>(wait_inside);
  if (own_gate == 0) {
    own_gate = SELECTOR(gate_create(hop::kSelf, reinterpret_cast<uint64_t>(trip_entry), 0,
                                    static_cast<uint64_t>(StackPolicy::Pool), 0, 0));
  }
  trip.outer = make_gate(child, callee_call, StackPolicy::Pool);
  trip.granted = grant(child, own_gate, 0);
  start_thread(
      [](uint64_t where) {
        Trip& own = *reinterpret_cast<Trip*>(where);
        own.result = static_cast<uint64_t>(call_and_watch(own.outer, own.granted, function, 0, &own.broken));
        own.done->signal();
      },
      reinterpret_cast<uint64_t>(&trip));
  inside.wait(1);
  CHECK_OK(space_destroy(child.space));
  go_on.signal();
  done.wait(1);
  CHECK_EQUAL(trip.result, kServerFault);
  CHECK_EQUAL(trip.broken, 0u);
  end_gate(trip.outer);
  end_child(child);
  let_them_end();
}

GUEST_TEST("K3: a thread that destroys the stack space it stands on ends, and its stack goes back") {
  for (unsigned i = 0; i < kThreadStacks + 1; ++i) {
    const uint16_t stack = SELECTOR(space_create(asx::kSpaceStack, 16, 0x6b63617473, 0));
    const uint16_t gate = thread_gate();
    const auto body = +[](uint64_t space) { space_destroy(space); };
    CHECK_OK(
        list_remove(hop::kSelf, SELECTOR(thread_create(gate, stack, 0, 0, reinterpret_cast<uint64_t>(body), stack))));
    let_them_end();
    CHECK_STATUS(space_destroy(stack), Status::BadHandle);
    CHECK_OK(list_remove(hop::kSelf, stack));
  }
}

GUEST_TEST("K3: a thread that waits in the kernel on behalf of a space that dies is woken and ends") {
  const uint16_t stack = SELECTOR(space_create(asx::kSpaceStack, 16, 0x6b63617473, 0));
  const Event never;
  const auto body = +[](uint64_t event) { event_wait(event, hop::kernel::kNoDeadline); };
  CHECK_OK(list_remove(hop::kSelf, SELECTOR(thread_create(thread_gate(), stack, 0, 0, reinterpret_cast<uint64_t>(body),
                                                          never.selector()))));
  let_them_end();
  CHECK_OK(space_destroy(stack));
  CHECK_OK(list_remove(hop::kSelf, stack));
  let_them_end();
}

GUEST_TEST("K3: a thread whose only space dies ends without a word") {
  const Child child = make_child(1);
  const uint16_t gate = make_gate(child, callee_spin, StackPolicy::Pool);
  spin_count = 0;
  CHECK_OK(list_remove(hop::kSelf, SELECTOR(thread_create(gate, hop::kStackSpace, 0, 0, 0, 0))));
  while (spin_count < 100) thread_yield();
  CHECK_OK(space_destroy(child.space));
  end_gate(gate);
  end_child(child);
  let_them_end();
}
