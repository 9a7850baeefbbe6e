// SPDX-License-Identifier: GPL-2.0-or-later
// Calls from space to space, and what becomes of the caller when they go wrong.
#include "asx/intrinsics.h"
#include "isa-ext/abi/address.h"
#include "tests/kernel/guest/callee.h"
#include "tests/kernel/guest/child.h"
#include "tests/kernel/guest/probe.h"
#include "tests/kernel/guest/test.h"
#include "tests/kernel/guest/threads.h"
#include "userland/runtime/gate.h"

extern "C" void after_fault();

// Where fault_gate sends the program: leaves its gate with RDI, which fault_resume has set.
asm(".text\nafter_fault:\nmov %rdi, %rax\nxor %edx, %edx\nxor %ecx, %ecx\nxor %esi, %esi\nxor %edi, %edi\n"
    "xor %r8d, %r8d\nxor %r9d, %r9d\nxor %r10d, %r10d\nxor %r11d, %r11d\ngret\n");

namespace {

using namespace guest;
using namespace hop::kernel;
using asx::AsCause;
using asx::StackPolicy;
using hop::Status;

constexpr auto kServerFault = static_cast<uint64_t>(Status::ServerFault);
constexpr uint64_t kNowhere = 0x123'4567'8000;
constexpr uint64_t kTlsStacks = uint64_t{8} << 40;

struct Watched {
  uint64_t value, broken;
};
Watched watch(uint16_t gate, uint64_t rdi = 0, uint64_t rsi = 0, uint64_t rdx = 0) {
  uint64_t broken = 0;
  const int64_t value = call_and_watch(gate, rdi, rsi, rdx, &broken);
  return {static_cast<uint64_t>(value), broken};
}

}  // namespace

GUEST_TEST("a call through a gate returns its result and the caller's registers") {
  const Child child = make_child(1);
  const uint16_t gate = make_gate(child, callee_add_one, StackPolicy::Pool);
  for (uint64_t i = 0; i < 100; ++i) {
    const Watched result = watch(gate, i);
    CHECK_EQUAL(result.value, i + 1);
    CHECK_EQUAL(result.broken, 0u);
  }
  end_gate(gate);
  end_child(child);
}

GUEST_TEST_AT_DEPTHS("K1: a fault in a service pops exactly one frame, and its caller is told ServerFault") {
  const Child inner = make_child(1), outer = make_child(1);
  const uint16_t faulting = make_gate(inner, callee_overwrite, StackPolicy::Pool);
  const uint16_t calling = make_gate(outer, callee_call, StackPolicy::Pool);
  const uint16_t granted = grant(outer, faulting, 0);
  Watched result = watch(faulting, kNowhere);
  CHECK_EQUAL(result.value, kServerFault);
  CHECK_EQUAL(result.broken, 0u);
  result = watch(calling, granted, kNowhere);  // the outer service goes on, and adds its 1
  CHECK_EQUAL(result.value, kServerFault + 1);
  CHECK_EQUAL(result.broken, 0u);
  result = watch(calling, granted, kNowhere);  // the stack of the faulting gate came back to its pool
  CHECK_EQUAL(result.value, kServerFault + 1);
  for (const uint16_t gate : {faulting, calling}) end_gate(gate);
  end_child(inner);
  end_child(outer);
}

GUEST_TEST_AT_DEPTHS("K1: a divide error in a service is its caller's ServerFault") {
  const Child child = make_child(1);
  const uint16_t gate = make_gate(child, callee_divide, StackPolicy::Pool);
  CHECK_EQUAL(watch(gate).value, kServerFault);
  end_gate(gate);
  end_child(child);
}

GUEST_TEST_AT_DEPTHS("K1: behind a gate with a recovery entry a fault continues there") {
  const Child child = make_child(1);
  const uint16_t reading = make_gate(child, callee_read, StackPolicy::Pool, callee_recover);
  const uint16_t dividing = make_gate(child, callee_divide, StackPolicy::Pool, callee_recover);
  for (int i = 0; i < 20; ++i) {
    const Watched result = watch(reading, kNowhere);
    CHECK_EQUAL(result.value, 1000u + asx::kVectorPageFault);
    CHECK_EQUAL(result.broken, 0u);
  }
  CHECK_EQUAL(watch(dividing).value, 1000u + asx::kVectorDivideError);
  for (const uint16_t gate : {reading, dividing}) end_gate(gate);
  end_child(child);
}

GUEST_TEST_AT_DEPTHS("K1: a recovery entry that faults itself is given up, and one frame is popped") {
  const Child child = make_child(1);
  const uint16_t gate = make_gate(child, callee_divide, StackPolicy::Pool, callee_divide);
  const Watched result = watch(gate);
  CHECK_EQUAL(result.value, kServerFault);
  CHECK_EQUAL(result.broken, 0u);
  end_gate(gate);
  end_child(child);
}

GUEST_TEST_AT_DEPTHS("K3: a call through a closed gate, or into a dead space, is refused in the caller") {
  const Child child = make_child(1);
  const uint16_t closed = make_gate(child, callee_add_one, StackPolicy::Pool);
  const uint16_t open = make_gate(child, callee_add_one, StackPolicy::Pool);
  CHECK_OK(gate_destroy(closed));
  CHECK(probe_call(closed).is(call_fault(AsCause::GateInvalid)));
  CHECK(!probe_call(open).has_faulted);
  CHECK_OK(space_destroy(child.space));
  CHECK(probe_call(open).is(call_fault(AsCause::SpaceInvalid)));
  const Child heir = make_child(1);
  CHECK(probe_call(open).is(call_fault(AsCause::SpaceGeneration)));
  end_child(heir);
  for (const uint16_t gate : {closed, open}) end_gate(gate);
  end_child(child);
}

GUEST_TEST("a call that needs more authority than its space has is refused in the caller") {
  const Child child = make_child(1);  // made with no authority
  const uint16_t calling = make_gate(child, callee_call, StackPolicy::Pool, callee_recover);
  const uint16_t granted = grant(child, hop::kKernelGate, 0);
  CHECK_EQUAL(watch(calling, granted).value, 1000u + asx::kVectorAddressSpace);
  end_gate(calling);
  end_child(child);
}

GUEST_TEST_AT_DEPTHS("K4: a pool without stacks refuses the call in the caller") {
  const Child child = make_child(2);
  const uint16_t gate = make_gate(child, callee_recurse, StackPolicy::Pool);
  const uint16_t tolerant = make_gate(child, callee_recurse, StackPolicy::Pool, callee_recover);
  const uint16_t granted = grant(child, tolerant, 0);
  // Two stacks: the first two calls have one, the third is refused in the second's code, which recovers.
  CHECK_EQUAL(watch(gate, granted).value, 1000u + asx::kVectorAddressSpace + 1);
  CHECK_EQUAL(watch(gate, granted).value, 1000u + asx::kVectorAddressSpace + 1);
  const Child empty = make_child(0);
  const uint16_t dry = make_gate(empty, callee_add_one, StackPolicy::Pool);
  CHECK(probe_call(dry).is(call_fault(AsCause::PoolEmpty)));
  for (const uint16_t name : {gate, tolerant, dry}) end_gate(name);
  end_child(empty);
  end_child(child);
}

GUEST_TEST("K4: a secure stack used up by recursion fails in the caller, and the thread survives") {
  const Child child = make_child(0);
  const uint16_t gate = make_gate(child, callee_recurse, StackPolicy::Keep);
  const uint16_t granted = grant(child, gate, 0);
  // The deepest one faults, one frame is popped, and all the others return: each adds 1. 126 frames, 8 of them in
  // reserve, 4 that a gate wants to be left; the deepest call is refused.
  const Watched result = watch(gate, granted);
  CHECK_EQUAL(result.broken, 0u);
  const uint64_t calls = result.value - kServerFault;
  CHECK(calls > 100 && calls < 126);
  CHECK_EQUAL(watch(gate, granted).value, result.value);
  end_gate(gate);
  end_child(child);
}

GUEST_TEST("K1: a fault in a space with a fault gate hops there, and resumes where the gate says") {
  const Child program = make_child(1), personality = make_child(1);
  const uint16_t gate = make_gate(program, callee_read, StackPolicy::Pool);
  const uint16_t handler = make_gate(personality, callee_fault_gate, StackPolicy::Pool);
  CHECK_OK(space_set_fault_gate(program.space, handler));
  fault_gate_continue = reinterpret_cast<uint64_t>(after_fault);
  fault_gate_vector = 99;
  // The personality has no authority for the kernel's gate: it faults, too, and the first fault is unhandled.
  CHECK_OK(list_insert(personality.space, hop::kKernelGate, hop::kKernelGate, 0));
  CHECK_EQUAL(watch(gate, kNowhere).value, kServerFault);
  CHECK_EQUAL(fault_gate_vector, 99u);
  // The test's own space has the authority.
  const uint16_t own = SELECTOR(gate_create(hop::kSelf, reinterpret_cast<uint64_t>(callee_fault_gate), 0,
                                            static_cast<uint64_t>(StackPolicy::Keep), 0, 0));
  CHECK_OK(space_set_fault_gate(program.space, own));
  const Watched result = watch(gate, kNowhere);
  CHECK_EQUAL(result.value, 77u);
  CHECK_EQUAL(result.broken, 0u);
  CHECK_EQUAL(fault_gate_vector, asx::kVectorPageFault);
  for (const uint16_t name : {gate, handler, own}) end_gate(name);
  end_child(program);
  end_child(personality);
}

namespace {

volatile uint64_t traps = 0, trap_vector = 0;

struct Spinning {
  volatile uint64_t turns = 0;
  volatile bool stop = false;
};

}  // namespace

extern "C" {
void trap_entry();
hop::Reply count_traps(const hop::Request& request);
hop::Reply count_traps(const hop::Request&) {
  trap_vector = static_cast<uint64_t>(fault_record(hop::FaultItem::Vector).value);
  traps = traps + 1;
  return {};
}
}
HOP_GATE(trap_entry, count_traps);

GUEST_TEST("K2: a thread that computes is taken into the fault gate of its space, and goes on where it was") {
  const uint16_t own = SELECTOR(gate_create(hop::kSelf, reinterpret_cast<uint64_t>(trap_entry), 0,
                                            static_cast<uint64_t>(StackPolicy::Pool), 0, 0));
  const auto spin = +[](uint64_t where) {
    auto& mine = *reinterpret_cast<Spinning*>(where);
    uint64_t a = 1, b = 2;
    while (!mine.stop) {
      a += b;
      b = a - b;
      if (a < b) a = b;
      mine.turns = mine.turns + 1;
    }
  };
  Spinning spinning;
  CHECK_OK(space_set_fault_gate(hop::kSelf, own));
  const uint16_t thread = SELECTOR(thread_create(
      thread_gate(), hop::kStackSpace, 0, 0, reinterpret_cast<uint64_t>(+spin), reinterpret_cast<uint64_t>(&spinning)));
  while (spinning.turns == 0) thread_yield();
  traps = 0;
  for (uint64_t i = 1; i <= 5; ++i) {
    if (i % 2 == 0) CHECK_OK(thread_suspend(thread));
    CHECK_OK(thread_trap(thread));
    if (i % 2 == 0) {
      CHECK_OK(thread_trap(thread));  // one with the first, which has not been taken
      CHECK_OK(thread_resume(thread));
    }
    while (traps < i) thread_yield();
    CHECK_EQUAL(trap_vector, hop::kTrapVector);
    const uint64_t turns = spinning.turns;
    while (spinning.turns == turns) thread_yield();
    CHECK_EQUAL(traps, i);
  }
  spinning.stop = true;
  let_them_end();
  CHECK_STATUS(thread_trap(thread), Status::NotFound);
  CHECK_OK(list_remove(hop::kSelf, thread));
  end_gate(own);  // and with it the fault gate
}

namespace {

uint64_t thread_word = 0x5eed;

/// What the personality saw of the program's frame.
struct FrameView {
  hop::Reply rip, rax, written;
} frame_view;

}  // namespace

extern "C" {
void personality_entry();
hop::Reply personality(const hop::Request& request);
/// Serves every `syscall` by giving the program a thread pointer.
hop::Reply personality(const hop::Request&) {
  frame_view.rip = frame_read(hop::FrameRegister::Rip);
  frame_view.rax = frame_read(asx::kRax);
  frame_view.written = frame_write(hop::FrameRegister::Rip, frame_view.rip.second);
  return frame_set_base(0, reinterpret_cast<uint64_t>(&thread_word));
}
}
HOP_GATE(personality_entry, personality);

GUEST_TEST("syscall enters the personality's gate, which sets the program's thread pointer") {
  static const bool has_stack = hop::add_stacks(1, 0x4000) == Status::Ok;
  CHECK(has_stack);
  const Child program = make_child(1);
  const uint16_t gate = make_gate(program, callee_syscall, StackPolicy::Pool, callee_recover);
  CHECK_EQUAL(watch(gate).value, 1000u + asx::kVectorAddressSpace);  // there is no gate for syscall yet
  const uint16_t own = SELECTOR(hop::make_gate(personality_entry, 0));
  CHECK_OK(space_set_syscall(program.space, grant(program, own, 0)));
  const Watched result = watch(gate);
  CHECK_EQUAL(result.value, thread_word);
  CHECK_OK(frame_view.rip);
  CHECK_OK(frame_view.written);
  CHECK(frame_view.rip.second != 0);
  CHECK_STATUS(frame_view.rax, Status::Invalid);  // a call's frame holds no RAX
  CHECK_EQUAL(result.broken, 0u);
  CHECK_STATUS(space_set_syscall(program.space, 0x8001), Status::Invalid);
  for (const uint16_t name : {gate, own}) end_gate(name);
  end_child(program);
}

GUEST_TEST_AT_DEPTHS("K8: a service that is no personality of its caller cannot set the caller's thread pointer") {
  const Child program = make_child(1);
  const uint16_t calling = make_gate(program, callee_call, StackPolicy::Pool);
  const uint16_t own = SELECTOR(hop::make_gate(personality_entry, 0));
  CHECK_EQUAL(watch(calling, grant(program, own, 0)).value, static_cast<uint64_t>(Status::NotPermitted) + 1);
  for (const uint16_t name : {calling, own}) end_gate(name);
  end_child(program);
}

GUEST_TEST("K8: only what a fault gate was entered by has a fault record") {
  CHECK_STATUS(fault_record(0), Status::NotFound);
  CHECK_STATUS(fault_resume(0, 0, 0), Status::NotFound);
  CHECK_STATUS(frame_set_base(0, 0), Status::NotFound);
  CHECK_STATUS(frame_set_base(2, 0), Status::Invalid);
  CHECK_STATUS(frame_read(0), Status::NotFound);
  CHECK_STATUS(frame_write(0, 0), Status::NotFound);
  CHECK_STATUS(frame_read(20), Status::Invalid);
}

namespace {

/// What the service behind `tester_entry` has, and asks of its caller.
uint16_t service_secret;

}  // namespace

extern "C" {
void tester_entry();
hop::Reply tester(const hop::Request& request);
/// The caller's rights on the pointer it has passed, and the service's own on the same number.
hop::Reply tester(const hop::Request& request) {
  return {static_cast<int64_t>(asx::tselc(request.arguments.a)), asx::tsel(request.arguments.a)};
}
}
HOP_GATE(tester_entry, tester);

GUEST_TEST_AT_DEPTHS(
    "K9: a service that tests its caller's pointer is told what the caller could do with it, not it itself") {
  static const bool has_stack = hop::add_stacks(1, 0x4000) == Status::Ok;
  CHECK(has_stack);
  service_secret = SELECTOR(space_create(asx::kSpaceStack, 1, 0x746572636573, 0));
  const uint16_t own = SELECTOR(hop::make_gate(tester_entry, 0));
  const Child client = make_child(1);
  const uint16_t calling = make_gate(client, callee_call, StackPolicy::Pool);
  const uint16_t granted = grant(client, own, 0);
  const uint64_t pointer = uint64_t{service_secret} << 48;
  // the number means something in the service's list, and nothing in the client's
  CHECK_EQUAL(watch(calling, granted, pointer).value, 0u + 1);
  // lent a space of that number, the client may
  const uint16_t shown = SELECTOR(list_insert(client.space, 0, service_secret, hop::kRightRead));
  CHECK_EQUAL(watch(calling, granted, uint64_t{shown} << 48).value, uint64_t{asx::kSelectorRead} + 1);
  // and what is the service's own code half is nobody's to pass
  const hop::Reply direct = hop::gate_call(own, 0, {pointer});
  CHECK_EQUAL(direct.value, asx::kSelectorRead | asx::kSelectorWrite);  // here the service is its own caller
  for (const uint16_t gate : {own, calling}) end_gate(gate);
  end_child(client);
  CHECK_OK(space_destroy(service_secret));
  CHECK_OK(list_remove(hop::kSelf, service_secret));
}

GUEST_TEST_AT_DEPTHS(
    "K10: each stack of a gate comes with its own thread-local storage, and the caller's is untouched") {
  static uint64_t words[2];
  const Child child = make_child(0);
  for (uint64_t i = 0; i < 2; ++i) {
    words[i] = 0x1000 + i;
    CHECK_OK(space_map(child.space, kTlsStacks + i * 0x10000, 0x4000, hop::kProtectRead | hop::kProtectWrite));
    CHECK_OK(pool_add(child.space, kTlsStacks + i * 0x10000 + 0x4000, reinterpret_cast<uint64_t>(&words[i])));
  }
  const uint16_t reading = make_gate(child, callee_thread_word, StackPolicy::Pool);
  const uint16_t calling = make_gate(child, callee_call, StackPolicy::Pool);
  const uint64_t one = watch(reading).value;
  CHECK(one == words[0] || one == words[1]);
  const uint64_t other = watch(calling, grant(child, reading, 0)).value - 1;  // the caller has one of the two
  CHECK(other == words[0] || other == words[1]);
  CHECK(other != one);
  // back from the inner call, the outer one has its own again
  const uint16_t outer = make_gate(child, callee_call_and_word, StackPolicy::Pool);
  CHECK_EQUAL(watch(outer, grant(child, reading, 0)).value, one);
  end_gate(outer);
  for (const uint16_t gate : {reading, calling}) end_gate(gate);
  end_child(child);
}
