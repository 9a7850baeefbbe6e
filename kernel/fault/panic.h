// SPDX-License-Identifier: GPL-2.0-or-later
// The end of a kernel that cannot go on (see also kernel/lib/assert.h).
#pragma once
#include "kernel/object/thread.h"

namespace kernel {

/// Code of the kernel itself has faulted.
[[noreturn]] void panic_on_fault(Thread& thread, const Frame& event);

}  // namespace kernel
