// SPDX-License-Identifier: GPL-2.0-or-later
// From the kernel's entry points (arch/entry.S) to the handlers, and the way out.
#include "isa-ext/abi/event.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/lock.h"
#include "kernel/calls/arguments.h"
#include "kernel/calls/self_check.h"
#include "kernel/fault/handle.h"
#include "kernel/object/interrupt_lines.h"
#include "kernel/object/return_trap.h"
#include "kernel/object/thread_requests.h"

namespace kernel {

namespace {

constexpr calls::Handler kHandlers[] = {
#define HOP_CALL(number, name, ...) calls::name,
#include "kernel/abi/calls.def"
#undef HOP_CALL
};
constexpr uint64_t kCallCount = sizeof kHandlers / sizeof kHandlers[0];

constexpr uint64_t kNumbers[] = {
#define HOP_CALL(number, name, ...) number,
#include "kernel/abi/calls.def"
#undef HOP_CALL
};

constexpr bool are_numbers_dense() {
  for (uint64_t i = 0; i < kCallCount; ++i) {
    if (kNumbers[i] != i) return false;
  }
  return true;
}
static_assert(are_numbers_dense(), "the rows of calls.def are in the order of their numbers, without gaps");

Reply dispatch(Thread& thread, uint64_t number, const calls::Arguments& arguments) {
  if (number >= kCallCount) return Status::NoSuchCall;
  Frame& frame = *thread.frames().top();
  Space* code = space_table().find(frame.cs_id, frame.cs_generation);
  Space* stack = space_table().find(frame.ss_id, frame.ss_generation);
  if (code == nullptr) return Status::ServerFault;  // ended while this CPU waited for the lock
  if (stack == nullptr) {
    static_cast<void>(make_returnable(frame));
    stack = space_table().find(frame.ss_id, frame.ss_generation);
  }
  return kHandlers[number]({thread, *code, *stack}, arguments);
}

void take_interrupt(uint32_t line) {
  if (line == asx::kTimerLine) {
    scheduler().timers().expire(cpu::clock());
  } else if (line == asx::kSignalLine) {
    cpu::take_signals();
  } else {
    interrupt_lines().fire(line);
  }
}

/// The last thing on every way out of the kernel. The frame on top is then one that can be returned by (unless another
/// CPU ends its spaces behind the unlock: handle_fault). A wait may have put another thread into this one's place.
Reply leave(Reply reply) {
  settle_requests();
  while (unwind_dead_frames(current_thread())) {
    reply = Status::ServerFault;
    settle_requests();
  }
  if (check_interval != 0) check_way_out();
  current_thread().frames().top()->event_mask = interrupt_lines().masked();
  scheduler().program_timer();
  kernel_lock.unlock();
  return reply;
}

Reply take_exception(uint32_t vector) {
  if (vector == asx::kVectorDebug) {
    const TrapTaken trap = take_return_trap(current_thread());
    if (trap.is_traps && !trap.is_programs) return Status::Ok;
  }
  return handle_fault(current_thread());
}

}  // namespace

extern "C" Reply kernel_call(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f, uint64_t number) {
  kernel_lock.lock();
  Thread& thread = current_thread();
  const PhysicalAddress top{thread.block().secure_stack_top};
  const uint64_t deaths = space_table().deaths();
  const Reply reply = dispatch(thread, number, {{a, b, c, d, e, f}});
  if (check_interval != 0) [[unlikely]] {
    check_reply(number, reply);
    return leave(reply);
  }
  const bool is_as_before =
      &current_thread() == &thread && thread.block().secure_stack_top == top.value && space_table().deaths() == deaths;
  if (!is_as_before || thread.is_asked() || !scheduler().goes_on()) return leave(reply);
  at<Frame>(top)[-1].event_mask = interrupt_lines().masked();
  kernel_lock.unlock();
  return reply;
}

extern "C" Reply kernel_event() {
  panic_if_own_fault(current_thread());
  kernel_lock.lock();
  const uint32_t vector = current_thread().frames().top()->vector;
  if (vector < asx::kVectorInterrupt) return leave(take_exception(vector));
  take_interrupt(vector - asx::kVectorInterrupt);
  return leave(Status::Ok);
}

extern "C" Reply kernel_thread_start() {
  scheduler().finish_switch();
  Thread& thread = current_thread();
  if (thread.body != nullptr) {
    thread.body();
    end_current_thread();
  }
  return leave(thread.start_status);
}

}  // namespace kernel
