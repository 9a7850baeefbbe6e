// SPDX-License-Identifier: GPL-2.0-or-later
// Entering a code space through a gate: what gcall, syscall and events have in common (manual 3.1, 4.3, 5).
#pragma once
#include <optional>

#include "isa-ext/model/checked.h"
#include "isa-ext/model/grant.h"
#include "isa-ext/model/secure_stack.h"
#include "isa-ext/model/stack_pool.h"

namespace asx {

/// An entry that has passed all its checks; committing it cannot fail.
struct GateEntry {
  SpaceId space;
  const SpaceDescriptor* target = nullptr;
  const Gate* gate = nullptr;
  uint32_t gate_index = 0;
  SecureStack stack;
  PoolSlot slot;                   ///< StackPolicy::Pool
  CheckedLoan loan;                ///< for the argument slot behind the new frame
  ReturnRecord* record = nullptr;  ///< where gret will look for what it believes; nullptr: in the frame
  uint64_t rip = 0;                ///< offset at which the space is entered
};

/// Who enters: a call needs authority and must leave the gate's minimum and the reserve free, an event need not.
enum class Entering : uint8_t { Call, Event };

/// The checks from NotCodeSpace to PoolEmpty, on a space found alive.
[[nodiscard]] Checked<GateEntry> check_gate(const Machine& machine, Entering entering, SpaceId space,
                                            const SpaceDescriptor& target, uint32_t gate_index);

/// Pushes the frame (whose fields beyond the common ones the caller fills), takes the stack, loads CS, enters.
/// The commit: from here on a fault belongs to the target.
Frame& enter_gate(Machine& machine, GateEntry& entry, FrameKind kind, uint64_t return_rip);

/// gcall, gcalla, and syscall with its own selector: all checks, then the entry.
struct GateCall {
  Selector gate;
  uint64_t entry = 0;  ///< --entry=anywhere: offset to enter at; 0 = the gate's
  uint64_t return_rip;
  std::optional<Loan> loan = {};
};
[[nodiscard]] MaybeFault call_gate(Machine& machine, const GateCall& call);

}  // namespace asx
