// SPDX-License-Identifier: GPL-2.0-or-later
// A broken invariant of the kernel ends the machine with a message. A guest's mistake never comes here.
#pragma once

namespace kernel {

/// Logs "kernel panic: ..." with the state of the machine and ends it with status 71.
[[noreturn]] void panic(const char* message, const char* file, int line);

}  // namespace kernel

#define HOP_ASSERT(condition) \
  ((condition) ? void() : ::kernel::panic("broken invariant: " #condition, __FILE__, __LINE__))
