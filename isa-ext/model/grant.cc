// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/model/grant.h"

#include "isa-ext/model/secure_stack.h"
#include "isa-ext/model/space.h"

namespace asx {

Checked<CheckedLoan> check_loan(const Machine& machine, const Loan& loan) {
  if (loan.rights == 0) return AsCause::Operand;
  const auto selected = select_entry(half_of(machine, loan.selector), loan.selector, EntryKind::Space);
  if (!selected) return selected.cause();
  if ((loan.rights & ~selected.value().rights) != 0) return AsCause::Rights;
  return CheckedLoan{.grant = {selected.value().id.value, selected.value().space->generation},
                     .rights = static_cast<uint16_t>(loan.rights)};
}

Checked<AccessListEntry> argument_entry(const ListView& list) {
  const auto stack = SecureStack::open(list.memory, list.cpu.thread);
  if (!stack) return stack.cause();
  const Frame* frame = stack.value().frame(list.frames_up);
  if (!has_grant(frame)) return AccessListEntry{};
  return AccessListEntry{.flags = kEntryValid | frame->grant_rights,
                         .kind = EntryKind::Space,
                         .slot_generation = 0,
                         .space_id = frame->grant.space_id,
                         .space_generation = frame->grant.space_generation,
                         .gate_index = 0,
                         .object = 0};
}

}  // namespace asx
