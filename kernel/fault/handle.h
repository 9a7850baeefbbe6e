// SPDX-License-Identifier: GPL-2.0-or-later
// What becomes of a fault. In this order, the first that applies:
//   1. a page that was only promised gets its frame, or is asked for from its pager, and the instruction is tried again
//   2. the recovery entry of the gate behind which the fault happened
//   3. the fault gate of the code space
//   4. a report; exactly one frame is popped, and its caller is told Status::ServerFault
//   5. with no caller left, the thread ends
#pragma once
#include "kernel/lib/result.h"
#include "kernel/object/thread.h"

namespace kernel {

/// A fault of the kernel itself is a panic: it is looked for before the lock is taken, which the kernel has already.
void panic_if_own_fault(Thread& thread);

/// Handles the exception in the top frame of the current thread. Returns what the thread finds in its registers if
/// the frame on top is a call frame then.
Reply handle_fault(Thread& thread);

/// Pops frames that cannot be returned to since their spaces have died. True if there were any: the frame on top
/// then belongs to the first caller that lives. Ends the thread when there is none.
[[nodiscard]] bool unwind_dead_frames(Thread& thread);

}  // namespace kernel
