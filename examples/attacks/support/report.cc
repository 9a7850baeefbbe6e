// SPDX-License-Identifier: GPL-2.0-or-later
#include "examples/attacks/support/report.h"

#include "isa-ext/abi/address.h"
#include "isa-ext/abi/event.h"
#include "userland/interfaces/console/console.h"
#include "userland/runtime/gate.h"
#include "userland/runtime/memory.h"

namespace attack {

namespace {

constexpr uint64_t kBuffer = 0x1'0000;  ///< in the stack space, where the console can read it

/// In the order of asx::AsCause.
constexpr const char* kCauses[] = {"None",           "SelectorIndex",   "EntryInvalid",     "EntryKind",
                                   "SlotGeneration", "SpaceInvalid",    "SpaceGeneration",  "Rights",
                                   "FetchSelector",  "NotCodeSpace",    "GateIndex",        "GateInvalid",
                                   "Authority",      "SecureStackFull", "PoolEmpty",        "SecureStackEmpty",
                                   "FrameKind",      "ReturnCodeSpace", "ReturnStackSpace", "NotStackSpace",
                                   "WidenSpace",     "Privilege",       "NoSyscallGate",    "Operand",
                                   "Addressing",     "ReturnRecord"};
constexpr const char* kAccesses[] = {"read", "write", "fetch", "no access"};
constexpr const char* kOperations[] = {"data", "fetch", "gate call", "return", "narrow", "widen", "other", "event"};

uint16_t console_gate() {
  static uint16_t gate = 0;
  if (gate != 0) return gate;
  const hop::Reply found = hop::find_gate("console", true);
  const hop::Reply mapped =
      hop::kernel::space_map(hop::kSelfStack, kBuffer, asx::kPageSize, hop::kProtectRead | hop::kProtectWrite);
  if (found.is_error() || mapped.is_error()) hop::kernel::machine_exit(kNotSetUp);
  return gate = static_cast<uint16_t>(found.value);
}

void write_piece(const char* piece, unsigned length) {
  const uint16_t gate = console_gate();
  const uint64_t buffer = address_in(hop::kStackSpace, kBuffer);
  memcpy(reinterpret_cast<void*>(buffer), piece, length);
  hop::gate_call(gate, static_cast<uint64_t>(hop::console::Operation::Write), {0, buffer, length});
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
