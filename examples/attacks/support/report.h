// SPDX-License-Identifier: GPL-2.0-or-later
// How an attack tells what came of it: lines on standard output, and the exit status.
#pragma once
#include "examples/attacks/support/component.h"
#include "userland/runtime/format.h"

namespace attack {

enum ExitStatus : int { kSucceeded = 0, kRefused = 1, kNotSetUp = 2 };

/// A line of standard output.
class Line : public hop::Formatter {
 public:
  Line();
  ~Line();
};

/// "got 0x5ec2e7", or the fault: "refused: #AS EntryInvalid (2), read, data, at 0x8005000000000000".
void tell(const char* what, const Outcome& outcome);

/// Tells, and judges: an attack that got what it was after has succeeded.
[[nodiscard]] ExitStatus judge(const char* what, const Outcome& outcome, uint64_t wanted);

}  // namespace attack
