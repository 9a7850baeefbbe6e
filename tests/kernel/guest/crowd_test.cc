// SPDX-License-Identifier: GPL-2.0-or-later
// Many threads: alive at once, and in one server that has few stacks.
#include "isa-ext/abi/address.h"
#include "tests/kernel/guest/callee.h"
#include "tests/kernel/guest/child.h"
#include "tests/kernel/guest/probe.h"
#include "tests/kernel/guest/relay.h"
#include "tests/kernel/guest/test.h"
#include "tests/kernel/guest/threads.h"
#include "userland/runtime/gate.h"

namespace {

using namespace guest;
using namespace hop::kernel;
using asx::StackPolicy;
using hop::Status;

constexpr uint64_t kStackArea = uint64_t{10} << 40;
constexpr uint64_t kStackBytes = 4096;

/// A gate whose threads bring their own stacks.
uint16_t bare_gate(void (*entry)()) {
  return SELECTOR(
      gate_create(hop::kSelf, reinterpret_cast<uint64_t>(entry), 0, static_cast<uint64_t>(StackPolicy::Keep), 0, 0));
}

/// Starts so many threads, each on a page of its own, with its number in RDI. They have no name.
void start_crowd(uint16_t gate, uint64_t count) {
  CHECK_OK(space_map(hop::kSelf, kStackArea, count * kStackBytes, hop::kProtectRead | hop::kProtectWrite));
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t top = kStackArea + (i + 1) * kStackBytes;
    CHECK_OK(list_remove(hop::kSelf, SELECTOR(thread_create(gate, hop::kStackSpace, top, 0, i, 0))));
  }
}

void end_crowd(uint16_t gate, uint64_t count) {
  let_them_end();
  CHECK_OK(space_unmap(hop::kSelf, kStackArea, count * kStackBytes));
  end_gate(gate);
}

volatile uint64_t alive, finished;
uint16_t go, all_there, all_done, server;
uint64_t crowd, calls_each, wrong, refused;

struct Attempt {
  uint64_t question, answer;
};
void try_call(uint64_t where) {
  Attempt& attempt = *reinterpret_cast<Attempt*>(where);
  attempt.answer = static_cast<uint64_t>(hop::gate_call(server, 0, {attempt.question}).value);
}

void count_up(volatile uint64_t& counter, uint16_t when_all) {
  if (__atomic_add_fetch(&counter, 1, __ATOMIC_SEQ_CST) == crowd) CHECK_OK(event_signal(when_all));
}

}  // namespace

extern "C" {
void waiter_entry();
hop::Reply waiter(const hop::Request& request);
/// Is there until everybody is.
hop::Reply waiter(const hop::Request&) {
  count_up(alive, all_there);
  event_wait(go, kNoDeadline);
  event_signal(go);  // for the next one
  count_up(finished, all_done);
  return {};
}

void caller_entry();
hop::Reply caller(const hop::Request& request);
/// Calls the server again and again; where it has no stack left the call is refused, and is tried again.
hop::Reply caller(const hop::Request& request) {
  for (uint64_t i = 0; i < calls_each;) {
    Attempt attempt{request.arguments.a << 32 | i, 0};
    const Caught caught = probe(try_call, reinterpret_cast<uint64_t>(&attempt));
    if (caught.is(call_fault(asx::AsCause::PoolEmpty))) {
      __atomic_add_fetch(&refused, 1, __ATOMIC_RELAXED);
      thread_yield();
      continue;
    }
    if (caught.has_faulted || attempt.answer != attempt.question + 1) __atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
    ++i;
  }
  count_up(finished, all_done);
  return {};
}
}
HOP_GATE(waiter_entry, waiter);
HOP_GATE(caller_entry, caller);

GUEST_TEST("ten thousand threads are alive at once, and all end") {
  const uint16_t gate = bare_gate(waiter_entry);
  const Event start, there, done;
  go = start.selector();
  all_there = there.selector();
  all_done = done.selector();
  crowd = 10'000;
  alive = 0;
  finished = 0;
  start_crowd(gate, crowd);
  there.wait(1);
  CHECK_EQUAL(alive, crowd);
  CHECK_EQUAL(finished, 0u);
  start.signal();
  done.wait(1);
  end_crowd(gate, crowd);
}

GUEST_TEST("a hundred threads call a server with eight stacks, and no call is lost, and none has another's answer") {
  const Child child = make_child(8);
  server = make_gate(child, callee_add_one, StackPolicy::Pool);
  const uint16_t gate = bare_gate(caller_entry);
  const Event done;
  all_done = done.selector();
  crowd = 100;
  calls_each = HOP_CALLS / crowd;
  finished = 0;
  wrong = refused = 0;
  CHECK(!probe_read(reinterpret_cast<uint64_t>(&crowd)).has_faulted);  // makes the gate of probes
  start_crowd(gate, crowd);
  done.wait(1);
  CHECK_EQUAL(finished, crowd);
  CHECK_EQUAL(wrong, 0u);
  hop::LogLine() << "calls refused for want of a stack: " << refused;
  end_crowd(gate, crowd);
  end_gate(server);
  end_child(child);
}
