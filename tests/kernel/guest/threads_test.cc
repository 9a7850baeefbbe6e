// SPDX-License-Identifier: GPL-2.0-or-later
// Threads, preemption, waiting; threads in spaces that die.
#include "tests/kernel/guest/threads.h"
#include "isa-ext/abi/address.h"
#include "tests/kernel/guest/callee.h"
#include "tests/kernel/guest/child.h"
#include "tests/kernel/guest/probe.h"
#include "tests/kernel/guest/test.h"
#include "userland/runtime/gate.h"

namespace {

using namespace guest;
using namespace hop::kernel;
using asx::StackPolicy;
using hop::Status;

struct Sum {
  const Event* done;
  uint64_t terms;
  volatile uint64_t value = 0;
};

void add_up(uint64_t where) {
  Sum& sum = *reinterpret_cast<Sum*>(where);
  for (uint64_t i = 1; i <= sum.terms; ++i) sum.value = sum.value * 3 + i;
  sum.done->signal();
}

}  // namespace

GUEST_TEST("K5: threads that never give way all finish, with the results they have alone") {
  constexpr uint64_t kTerms = 20'000;
  const Event done;
  Sum alone{&done, kTerms};
  add_up(reinterpret_cast<uint64_t>(&alone));
  done.wait(1);
  Sum sums[3] = {{&done, kTerms}, {&done, kTerms}, {&done, kTerms}};
  for (Sum& sum : sums) start_thread(add_up, reinterpret_cast<uint64_t>(&sum));
  done.wait(3);
  for (const Sum& sum : sums) CHECK_EQUAL(sum.value, alone.value);
  let_them_end();
}

namespace {

struct Turn {
  const Event* done;
  volatile bool stop = false;
};
void wait_for_stop(uint64_t where) {
  Turn& turn = *reinterpret_cast<Turn*>(where);
  while (!turn.stop) {
  }
  turn.done->signal();
}

}  // namespace

GUEST_TEST("K5: a spinning thread is preempted for one that stops it") {
  const Event done;
  Turn turn{&done};
  start_thread(wait_for_stop, reinterpret_cast<uint64_t>(&turn));
  CHECK_OK(thread_sleep(hop::clock_ticks() + 100'000));
  turn.stop = true;
  done.wait(1);
  let_them_end();
}

GUEST_TEST("a thousand threads start and end") {
  const Event done;
  for (int i = 0; i < 1000; ++i) {
    start_thread([](uint64_t event) { reinterpret_cast<const Event*>(event)->signal(); },
                 reinterpret_cast<uint64_t>(&done));
  }
  done.wait(1000);
  let_them_end();
}

GUEST_TEST("the vector registers belong to the thread") {
  struct Vectors {
    const Event* done;
    uint64_t pattern;
    uint64_t wrong = 0;
  };
  const auto body = [](uint64_t where) {
    Vectors& own = *reinterpret_cast<Vectors*>(where);
    uint64_t low, high;
    uint32_t control = 0x1f80 | static_cast<uint32_t>(own.pattern & 3) << 13;  // MXCSR: a rounding mode of its own
    asm volatile("movq %0, %%xmm0\n\tmovq %0, %%xmm15\n\tldmxcsr %1" : : "r"(own.pattern), "m"(control));
    for (volatile int i = 0; i < 30'000;) i = i + 1;
    uint32_t control_after;
    asm volatile("movq %%xmm0, %0\n\tmovq %%xmm15, %1\n\tstmxcsr %2" : "=r"(low), "=r"(high), "=m"(control_after));
    own.wrong = (low != own.pattern) + (high != own.pattern) + (control_after != control);
    own.done->signal();
  };
  const Event done;
  Vectors vectors[3] = {{&done, 0x1111'2222'3333'4441}, {&done, 0x5555'6666'7777'8882}, {&done, 0x99aa'bbcc'ddee'fff3}};
  for (Vectors& own : vectors) start_thread(body, reinterpret_cast<uint64_t>(&own));
  done.wait(3);
  for (const Vectors& own : vectors) CHECK_EQUAL(own.wrong, 0u);
  let_them_end();
}

GUEST_TEST("a new thread begins with clean vector registers") {
  struct Clean {
    const Event* done;
    uint64_t low = 1;
    uint32_t control = 0;
    uint16_t x87_control = 0;
  };
  const Event done;
  Clean clean{&done};
  asm volatile("movq %0, %%xmm3" : : "r"(~uint64_t{0}));
  start_thread(
      [](uint64_t where) {
        Clean& own = *reinterpret_cast<Clean*>(where);
        asm volatile("movq %%xmm3, %0\n\tstmxcsr %1\n\tfnstcw %2"
                     : "=r"(own.low), "=m"(own.control), "=m"(own.x87_control));
        own.done->signal();
      },
      reinterpret_cast<uint64_t>(&clean));
  done.wait(1);
  CHECK_EQUAL(clean.low, 0u);
  CHECK_EQUAL(clean.control, 0x1f80u);
  CHECK_EQUAL(clean.x87_control, 0x37fu);
  let_them_end();
}

GUEST_TEST("a sleeper wakes at its deadline, not before") {
  for (uint64_t ticks = 1000; ticks < 3'000'000; ticks *= 8) {
    const uint64_t deadline = hop::clock_ticks() + ticks;
    CHECK_OK(thread_sleep(deadline));
    const uint64_t now = hop::clock_ticks();
    CHECK(now >= deadline);
    CHECK(now < deadline + 100'000);
  }
  CHECK_OK(thread_sleep(0));
}

GUEST_TEST("an event keeps its count for who comes late") {
  const Event event;
  for (int i = 0; i < 5; ++i) event.signal();
  const hop::Reply taken = event_wait(event.selector(), hop::kernel::kNoDeadline);
  CHECK_EQUAL(taken.value, 5u);
  CHECK_STATUS(event_wait(event.selector(), 0), Status::TimedOut);
  const uint64_t deadline = hop::clock_ticks() + 50'000;
  CHECK_STATUS(event_wait(event.selector(), deadline), Status::TimedOut);
  CHECK(hop::clock_ticks() >= deadline);
}

GUEST_TEST("a thread can end deep in a chain, and every stack goes back to its pool") {
  for (unsigned i = 0; i < 3 * kThreadStacks; ++i) {
    start_thread([](uint64_t) { probe([](uint64_t) { thread_exit(); }, 0); }, 0);
  }
  let_them_end();
}

GUEST_TEST("a thread needs a gate, a stack space, and a stack of the gate's pool") {
  CHECK_STATUS(thread_create(hop::kSelf, hop::kStackSpace, 0, 0, 0, 0), Status::BadHandle);
  CHECK_STATUS(thread_create(hop::kKernelGate, hop::kStackSpace, 0, 0, 0, 0), Status::Invalid);
  const Child child = make_child(0);
  const uint16_t gate = make_gate(child, callee_spin, StackPolicy::Pool);
  CHECK_STATUS(thread_create(gate, hop::kSelf, 0, 0, 0, 0), Status::Invalid);
  CHECK_STATUS(thread_create(gate, hop::kStackSpace, 0, 0, 0, 0), Status::TryAgain);
  end_gate(gate);
  end_child(child);
}

GUEST_TEST("an event is signalled and waited for by those who have the right") {
  const Event event;
  const uint16_t waiter = SELECTOR(list_insert(hop::kSelf, 0, event.selector(), hop::kRightRead));
  const uint16_t signaller = SELECTOR(list_insert(hop::kSelf, 0, event.selector(), hop::kRightWrite));
  CHECK_STATUS(event_signal(waiter), Status::NotPermitted);
  CHECK_STATUS(event_wait(signaller, 0), Status::NotPermitted);
  CHECK_OK(event_signal(signaller));
  CHECK_EQUAL(event_wait(waiter, 0).value, 1u);
  for (const uint16_t name : {waiter, signaller}) CHECK_OK(list_remove(hop::kSelf, name));
}
