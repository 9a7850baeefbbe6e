// SPDX-License-Identifier: GPL-2.0-or-later
#include "examples/attacks/support/report.h"

#include "isa-ext/abi/address.h"
#include "isa-ext/abi/event.h"
#include "userland/runtime/console_text.h"
#include "userland/runtime/gate.h"
#include "userland/runtime/kernel.h"

namespace attack {

namespace {

/// In the order of asx::AsCause.
constexpr const char* kCauses[] = {"None",
                                   "SelectorIndex",
                                   "EntryInvalid",
                                   "EntryKind",
                                   "SlotGeneration",
                                   "SpaceInvalid",
                                   "SpaceGeneration",
                                   "Rights",
                                   "FetchSelector",
                                   "NotCodeSpace",
                                   "GateIndex",
                                   "GateInvalid",
                                   "Authority",
                                   "SecureStackFull",
                                   "PoolEmpty",
                                   "SecureStackEmpty",
                                   "FrameKind",
                                   "ReturnCodeSpace",
                                   "ReturnStackSpace",
                                   "NotStackSpace",
                                   "WidenSpace",
                                   "Privilege",
                                   "NoSyscallGate",
                                   "Operand",
                                   "Addressing",
                                   "ReturnRecord",
                                   "Switch"};
constexpr const char* kAccesses[] = {"read", "write", "fetch", "no access"};
constexpr const char* kOperations[] = {"data", "fetch", "gate call", "return", "narrow", "widen", "other", "event"};

uint16_t console_gate() {
  static uint16_t gate = 0;
  if (gate != 0) return gate;
  const hop::Reply found = hop::find_gate("console", true);
  if (found.is_error()) hop::kernel::machine_exit(kNotSetUp);
  return gate = static_cast<uint16_t>(found.value);
}

void write_piece(const char* piece, unsigned length) {
  if (hop::write_text(console_gate(), piece, length) != hop::Status::Ok) hop::kernel::machine_exit(kNotSetUp);
}

}  // namespace

Line::Line() : Formatter(write_piece) {}

Line::~Line() {
  *this << '\n';
  flush();
}

void tell(const char* what, const Outcome& outcome) {
  Line line;
  line << what << ": ";
  if (!outcome.has_faulted) {
    line << "got " << hop::Hex{outcome.value};
  } else if (outcome.vector == asx::kVectorAddressSpace) {
    const asx::AsError error = asx::AsError::from_code(outcome.error_code);
    const auto cause = static_cast<unsigned>(error.cause);
    const bool is_known = cause < sizeof kCauses / sizeof kCauses[0];
    line << "refused: #AS " << (is_known ? kCauses[cause] : "?") << " (" << cause << "), "
         << kAccesses[static_cast<unsigned>(error.access)] << ", "
         << kOperations[static_cast<unsigned>(error.operation) & 7] << ", at " << hop::Hex{outcome.address};
  } else {
    line << "refused: vector " << outcome.vector << ", error code " << hop::Hex{outcome.error_code} << ", at "
         << hop::Hex{outcome.address};
  }
}

ExitStatus judge(const char* what, const Outcome& outcome, uint64_t wanted) {
  tell(what, outcome);
  return !outcome.has_faulted && outcome.value == wanted ? kSucceeded : kRefused;
}

}  // namespace attack
