// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/fault/pager.h"

#include "kernel/arch/cpu.h"
#include "kernel/fault/handler_frame.h"

namespace kernel {

namespace {

/// A pager that returns so often without the page does not have it. More than once, since another thread may take a
/// page away before it is touched.
constexpr uint32_t kMostRounds = 16;
/// How long a thread sleeps that finds all stacks of the pager in use, in ticks.
constexpr uint64_t kNap = 5'000;

/// The depth at which the frame lies, counted from the bottom.
uint32_t position_of(const Thread& thread, const Frame& event) {
  const auto* base = at<Frame>({thread.block().secure_stack_base});
  return static_cast<uint32_t>(&event - base);
}

PageRequest request_of(const Thread& thread, const Frame& event) {
  return {.position = position_of(thread, event), .rip = event.rip, .address = event.fault_address};
}

bool is_same(const PageRequest& a, const PageRequest& b) {
  return a.position == b.position && a.rip == b.rip && a.address == b.address;
}

/// Whether a stack of the pool is taken for the thread itself: then it must not wait for one.
bool stands_on(const Thread& thread, const asx::Gate& gate) {
  const SecureStack stack = thread.frames();
  for (uint32_t i = 0; i < stack.depth(); ++i) {
    if (stack.frame(i)->pool_slot != 0 && stack.frame(i)->pool == gate.pool) return true;
  }
  return thread.start_slot != 0 && thread.start_pool.value == gate.pool;
}

}  // namespace

bool ask_pager(Thread& thread, Frame& event, const Space& space, hop::Protection access) {
  const PageRequest request = request_of(thread, event);
  PageRequest& last = thread.page_request;
  if (!is_same(request, last)) last = request;
  if (last.is_refused || last.rounds == kMostRounds) {
    last = {};
    return false;
  }
  const GateName pager = space.pager();
  const uint64_t offset = asx::VirtualAddress{event.fault_address}.offset();
  switch (enter_handler(thread, event, pager, {.rdi = offset, .rsi = access})) {
    case Status::Ok:
      ++last.rounds;
      event.software |= kPagerMark;
      return true;
    case Status::TryAgain:
      if (stands_on(thread, *find_gate(pager))) return false;
      scheduler().block(nullptr, cpu::clock() + kNap);
      return true;
    default:
      return false;
  }
}

bool leave_pager(Frame& event) {
  if ((event.software & kPagerMark) == 0) return false;
  event.software &= ~kPagerMark;
  if (event.pool_slot != 0 && space_table().is_alive(event.gate_space, event.gate_space_generation)) {
    stack_pool::give_back({event.pool}, event.pool_slot);
  }
  event.pool = event.pool_slot = 0;
  return true;
}

void refuse_page(Thread& thread, const Frame& event) {
  thread.page_request = request_of(thread, event);
  thread.page_request.is_refused = true;
}

}  // namespace kernel
