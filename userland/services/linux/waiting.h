// SPDX-License-Identifier: GPL-2.0-or-later
// How a task waits: for a time, for console input, or for ever.
#pragma once
#include <cstdint>

#include "userland/services/linux/abi/time.h"

namespace hop::personality {

/// The clock value that lies a time span ahead; a span that is too long is no deadline.
[[nodiscard]] uint64_t deadline_of(const TimeSpec& span);
/// Reads a struct timespec of the program that says how long to wait; a null pointer is no deadline. EFAULT, EINVAL.
[[nodiscard]] int64_t take_deadline(uint64_t pointer, uint64_t& deadline);

/// Waits until console input may be there (if that is waited for) or the deadline. False: the deadline has passed.
[[nodiscard]] bool wait_for_input(bool console, uint64_t deadline);
void sleep_until(uint64_t deadline);
/// Nothing could ever wake the task: it sleeps, and the machine may notice that nobody runs.
[[noreturn]] void sleep_for_ever();

}  // namespace hop::personality
