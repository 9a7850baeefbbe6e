// SPDX-License-Identifier: GPL-2.0-or-later
// What a service or native program supplies, and how it ends.
#pragma once
#include <cstdint>

/// The program. A service makes its gates and returns: its first thread ends, its gates stay. A native program's
/// result is the exit status of the machine.
extern "C" int hop_main();

namespace hop {

/// What happens when hop_main has returned: finish_service.cc or finish_native.cc, by what is linked.
[[noreturn]] void finish(int result);

/// Writes the reason to the kernel's log and ends the thread.
[[noreturn]] void panic(const char* reason);

}  // namespace hop
