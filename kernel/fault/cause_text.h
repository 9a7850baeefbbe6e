// SPDX-License-Identifier: GPL-2.0-or-later
// Faults in words, for people.
#pragma once
#include <cstdint>

namespace kernel {

struct FaultRecord;

/// Logs what happened, without a line end: "page fault: write to a page without write permission".
void log_cause(const FaultRecord& fault);

}  // namespace kernel
