// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/kernel/guest/threads.h"

#include "tests/kernel/guest/test.h"
#include "userland/runtime/gate.h"

extern "C" {
void guest_thread_entry();
hop::Reply guest_thread(const hop::Request& request);

hop::Reply guest_thread(const hop::Request& request) {
  reinterpret_cast<void (*)(uint64_t)>(request.arguments.a)(request.arguments.b);
  return {};
}
}
HOP_GATE(guest_thread_entry, guest_thread);

namespace guest {

using namespace hop::kernel;

uint16_t thread_gate() {
  static uint16_t gate = 0;
  if (gate == 0) {
    CHECK_EQUAL(hop::add_stacks(kThreadStacks, 0x4000), hop::Status::Ok);
    gate = SELECTOR(hop::make_gate(guest_thread_entry, 0));
  }
  return gate;
}

void start_thread(void (*function)(uint64_t), uint64_t argument) {
  const uint16_t gate = thread_gate();
  hop::Reply thread = {};
  do {
    thread = thread_create(gate, hop::kStackSpace, 0, 0, reinterpret_cast<uint64_t>(function), argument);
    if (thread.status() == hop::Status::TryAgain) thread_yield();  // one that is about to end has the last stack
  } while (thread.status() == hop::Status::TryAgain);
  CHECK_OK(list_remove(hop::kSelf, SELECTOR(thread)));
}

void let_them_end() {
  for (int i = 0; i < 4; ++i) thread_yield();
  CHECK_OK(thread_sleep(hop::clock_ticks() + 4'000'000));  // no time at all if nobody has anything to do
}

Event::Event() : selector_(SELECTOR(event_create())) {}
Event::~Event() {
  CHECK_OK(list_remove(hop::kSelf, selector_));
}
void Event::signal() const {
  CHECK_OK(event_signal(selector_));
}

void Event::wait(uint64_t times) const {
  while (times != 0) {
    const hop::Reply taken = event_wait(selector_, hop::kernel::kNoDeadline);
    CHECK_OK(taken);
    if (taken.is_error()) return;
    const auto count = static_cast<uint64_t>(taken.value);
    CHECK(count <= times);
    times -= count <= times ? count : times;
  }
}

}  // namespace guest
