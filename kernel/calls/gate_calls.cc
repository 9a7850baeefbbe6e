// SPDX-License-Identifier: GPL-2.0-or-later
// Gates and the stacks they hand out.
#include "kernel/calls/arguments.h"
#include "kernel/object/well_known.h"

namespace kernel::calls {

namespace {
/// A service can hardly do anything without calling the kernel and a few others: these frames must be left for it, or
/// the call fails in the caller.
constexpr uint32_t kFramesForService = 4;
}  // namespace

Reply gate_create(const Caller& caller, const Arguments& arguments) {
  const uint64_t entry = arguments[1], policy = arguments[3], recovery = arguments[4], ceiling = arguments[5];
  if (entry >= kSpaceLimit || recovery >= kSpaceLimit) return Status::Invalid;
  if (policy > static_cast<uint64_t>(asx::StackPolicy::Pool) || ceiling >= hop::kPriorities) return Status::Invalid;
  const Result<Space*> space = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!space) return space.status();
  if (!space.value()->is_code()) return Status::Invalid;
  if (!may_grant_priority(caller, ceiling)) return Status::NotPermitted;
  asx::Gate gate{};
  gate.flags = asx::kGateValid;
  gate.stack_policy = static_cast<asx::StackPolicy>(policy);
  gate.entry = entry;
  gate.parameter = arguments[2];
  gate.minimum_free_frames = kFramesForService;
  gate.recovery_entry = recovery;
  gate.ceiling = static_cast<uint32_t>(ceiling);
  if (ceiling != 0) note_ceiling();
  if (gate.stack_policy == asx::StackPolicy::Pool) {
    const Result<PhysicalAddress> pool = space.value()->stack_pool();
    if (!pool) return pool.status();
    gate.pool = pool.value().value;
  }
  const Result<uint32_t> index = space.value()->add_gate(gate);
  if (!index) return index.status();
  const GateName name{space.value()->id(), space.value()->generation(), index.value()};
  const Reply reply = give_to_caller(caller, gate_entry(name, hop::kRightAll));
  if (reply.value < 0) {
    space.value()->close_gate(index.value());
  } else {
    note_new_gate(name);
  }
  return reply;
}

Reply gate_destroy(const Caller& caller, const Arguments& arguments) {
  const Result<ResolvedGate> gate = resolve_gate(caller, arguments[0], hop::kRightControl);
  if (!gate) return gate.status();
  gate.value().space->close_gate(gate.value().name.index);
  return Status::Ok;
}

Reply pool_add(const Caller& caller, const Arguments& arguments) {
  const Result<Space*> space = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!space) return space.status();
  if (!space.value()->is_code()) return Status::Invalid;
  const Result<PhysicalAddress> pool = space.value()->stack_pool();
  if (!pool) return pool.status();
  return stack_pool::add(pool.value(), arguments[1], arguments[2]);
}

}  // namespace kernel::calls
