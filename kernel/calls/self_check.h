// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's check of itself: when a call asks for it (system_check), and with `hop run --check-kernel` on the way
// out of every so manyth entry, where the first thing that is wrong ends the machine.
#pragma once
#include "kernel/lib/result.h"

namespace kernel {

/// Walks all memory and all objects; each thing that is wrong is a line of the log. Returns how many there are.
/// OutOfMemory: there is not enough to count with.
Result<uint64_t> check_everything();

/// Ways out of the kernel between two checks; 0: none are made.
void set_check_interval(uint32_t interval);
extern uint32_t check_interval;

/// On the way out. `reply` is what the call of that number answers: its row of kernel/abi/calls.def names its errors.
void check_way_out();
void check_reply(uint64_t number, const Reply& reply);

}  // namespace kernel
