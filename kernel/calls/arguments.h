// SPDX-License-Identifier: GPL-2.0-or-later
// What the handlers of kernel calls share. A handler decodes its arguments, checks their values, then the caller's
// rights, then acts. No argument is an address that the kernel follows: the kernel never touches a caller's memory.
#pragma once
#include "kernel/abi/call.h"
#include "kernel/lib/result.h"
#include "kernel/object/capability.h"

namespace kernel::calls {

/// RDI RSI RDX R10 R8 R9.
struct Arguments {
  uint64_t values[6];
  uint64_t operator[](unsigned index) const { return values[index]; }
};

using Handler = Reply (*)(const Caller& caller, const Arguments& arguments);

#define HOP_CALL(number, name, ...) Reply name(const Caller&, const Arguments&);
#include "kernel/abi/calls.def"
#undef HOP_CALL

/// A new entry in the caller's own code half, and its selector as the answer. The entry's reference to an object is
/// given up if there is no room.
Reply give_to_caller(const Caller& caller, AccessListEntry entry);

/// The frame by which the caller's space was entered, or nullptr: where it returns to.
[[nodiscard]] Frame* entry_frame(const Caller& caller);

/// Whether the caller may give others, or a gate, so much: its thread's own, or with authority any.
[[nodiscard]] inline bool may_grant_priority(const Caller& caller, uint64_t priority) {
  return priority <= caller.thread.priority || caller.code.has_authority(hop::kAuthoritySchedule);
}

[[nodiscard]] constexpr bool is_protection(uint64_t value) {
  return (value & ~uint64_t{hop::kProtectRead | hop::kProtectWrite | hop::kProtectExecute}) == 0;
}

}  // namespace kernel::calls
