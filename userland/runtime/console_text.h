// SPDX-License-Identifier: GPL-2.0-or-later
// Text for the console, by the way that the machine has.
#pragma once
#include <cstdint>

#include "kernel/abi/status.h"

namespace hop {

/// Writes to the program's standard output. The text travels in the stack half, which the console shares with its
/// caller for the call: our own data are in our code half, where nobody else can look. Where only one space is usable
/// (--spaces=one) it travels in registers. From the first call on [0x10000, 0x11000) of the stack space is taken.
/// Use it from the program's first thread.
[[nodiscard]] Status write_text(uint16_t console_gate, const char* text, uint64_t length);

}  // namespace hop
