// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/kernel/guest/relay.h"

#include "asx/intrinsics.h"
#include "isa-ext/abi/structures.h"
#include "tests/kernel/guest/threads.h"
#include "userland/runtime/gate.h"

extern "C" {
void relay_entry();
hop::Reply relay(const hop::Request& request);
}

namespace guest {

namespace {

using namespace hop::kernel;

constexpr uint64_t kFramesToKeep = 8;
/// Depths above this are "until so many frames are left": kDeepest - number.
constexpr uint64_t kUntilFew = guest::kDeepest - 1000;

/// Gates of this space that keep the stack, by ceiling.
uint16_t relay_gate(uint32_t ceiling) {
  static uint16_t gates[hop::kPriorities] = {};
  uint16_t& gate = gates[ceiling];
  if (gate == 0) {
    gate = SELECTOR(gate_create(hop::kSelf, reinterpret_cast<uint64_t>(relay_entry), ceiling,
                                static_cast<uint64_t>(asx::StackPolicy::Keep), 0, ceiling));
  }
  return gate;
}

hop::Reply call_relay(uint64_t depth, Function function, uint64_t argument, uint64_t ceiling) {
  const uint16_t gate = relay_gate(static_cast<uint32_t>(ceiling));
  return hop::gate_call(gate, 0, {depth, reinterpret_cast<uint64_t>(function), argument, ceiling});
}

}  // namespace

uint64_t call_as_deep_as_possible(uint64_t frames_left, Function function, uint64_t argument) {
  return static_cast<uint64_t>(call_relay(kDeepest - frames_left, function, argument, 0).value);
}

hop::Reply try_behind(uint64_t depth, Function function, uint64_t argument) {
  return call_relay(depth, function, argument, 0);
}

uint64_t call_behind(uint64_t depth, Function function, uint64_t argument, uint32_t ceiling) {
  return static_cast<uint64_t>(call_relay(depth, function, argument, ceiling).value);
}

uint64_t deepest_call = 0;

RunningThread::RunningThread(Function function, uint64_t argument)
    : selector_(SELECTOR(
          thread_create(thread_gate(), hop::kStackSpace, 0, 0, reinterpret_cast<uint64_t>(function), argument))) {}

RunningThread::~RunningThread() {
  CHECK_OK(list_remove(hop::kSelf, selector_));
}

uint64_t ticks(uint64_t on_one_cpu) {
  constexpr uint64_t kPatience = 5;
  const uint64_t cpus = info(hop::SystemInfo::Cpus);
  return cpus == 1 ? on_one_cpu : on_one_cpu * cpus * kPatience;
}

void give_time(uint64_t on_one_cpu) {
  CHECK_OK(thread_sleep(hop::clock_ticks() + ticks(on_one_cpu)));
}

}  // namespace guest

hop::Reply relay(const hop::Request& request) {
  const auto [depth, function, argument, ceiling, e, f] = request.arguments;
  const bool is_until_few = depth > guest::kUntilFew;
  const uint64_t frames_left = depth == guest::kDeepest ? guest::kFramesToKeep : guest::kDeepest - depth;
  const bool is_there = is_until_few ? asx::gframe<asx::FrameField::FreeFrames>() <= frames_left : depth <= 1;
  const auto body = reinterpret_cast<guest::Function>(function);
  if (is_there) {
    const uint64_t depth_here = asx::gframe<asx::FrameField::Depth>();
    if (depth_here > guest::deepest_call) guest::deepest_call = depth_here;
    return {static_cast<int64_t>(body(argument)), 0};
  }
  return guest::call_relay(is_until_few ? depth : depth - 1, body, argument, ceiling);
}
HOP_GATE(relay_entry, relay);
