// SPDX-License-Identifier: GPL-2.0-or-later
// Deadlines on calls: what is done about a callee that does not come back. At the deadline the thread is alerted, which
// the callee may heed. After a grace the chain is split at the frame of the call: the caller goes on as if the call had
// returned Status::CallAborted, with its thread object, and what is above the frame, the orphan, gets a thread object
// of its own and finishes as if it had been started in the gate that was called: its last return ends it, and its
// stack goes back to its pool. The orphan keeps the priority and the budget under which the call was made.
//
// A deadline belongs to an activation: the code that set it, and the calls it makes. When the activation has
// returned the deadline is void.
#pragma once
#include "kernel/object/thread.h"

namespace kernel {

/// From now on calls made by the code that called the kernel have that deadline; one that it set before is replaced.
/// All memory that a split takes is set aside here. OutOfMemory; Invalid: the caller handles a fault.
Status set_call_deadline(Thread& thread, uint64_t when, uint64_t grace);

/// Takes the caller's deadline back, and the alert that came from it. NotFound: it has none.
Status clear_call_deadline(Thread& thread);

/// For a thread that ends.
void drop_deadlines(Thread& thread);

}  // namespace kernel
