// SPDX-License-Identifier: GPL-2.0-or-later
// What a call lends its callee, and the slot by which the callee names it (manual 1.2, 3.13). It lies in the frame of
// the call, so it ends with the call whatever becomes of the callee.
#pragma once
#include "isa-ext/model/access_list.h"

namespace asx {

/// A space that a caller lends, by a selector of its own.
struct Loan {
  Selector selector;
  uint32_t rights = 0;  ///< EntryFlag
};

/// The grant of a loan, to be put into the frame of the call.
struct CheckedLoan {
  Grant grant{};
  uint16_t rights = 0;
};

/// Operand if no right is lent; the checks on the entry; Rights if more is lent than the entry gives.
[[nodiscard]] Checked<CheckedLoan> check_loan(const Machine& machine, const Loan& loan);

/// Whether the argument slot names something behind this frame (nullptr: no frame).
[[nodiscard]] inline bool has_grant(const Frame* frame) {
  return frame != nullptr && (frame->kind == FrameKind::Call || frame->kind == FrameKind::Narrow) &&
         frame->grant_rights != 0;
}

/// The argument slot as an entry of the list; invalid if nothing has been lent. Addressing: the thread block is not
/// good.
[[nodiscard]] Checked<AccessListEntry> argument_entry(const ListView& list);

}  // namespace asx
