// SPDX-License-Identifier: GPL-2.0-or-later
// The report of a fault, for people: what, where, and the chain of frames that led there.
#pragma once
#include "kernel/object/thread.h"

namespace kernel {

/// Remembers what the frame tells as the thread's last fault.
void record_fault(Thread& thread, const Frame& event);

/// Logs the thread's last fault, then the chain. `below_top`: the first frame of the chain that is a caller's.
void report_fault(const Thread& thread, uint32_t below_top);

}  // namespace kernel
