// SPDX-License-Identifier: GPL-2.0-or-later
// What one thread may ask of another, and when it takes effect. A thread is at home when it runs in the space it began
// in, with no call or fault handler between. Suspension and end wait until it is: whoever it has called is never left
// with a lock held and half a job done. What the callee may do meanwhile is to look at the alert.
#pragma once
#include "kernel/object/thread.h"

namespace kernel {

void suspend(Thread& thread);
void resume(Thread& thread);
/// It ends at home. Until then it is alerted.
void request_end(Thread& thread);
/// It enters the fault gate of its space, from the moment when it could rest.
void request_trap(Thread& thread);
/// Sets the alert, and ends a wait that is alertable.
void alert(Thread& thread);

/// Whether the current thread, inside the kernel, has no frame but the one it came in by (and narrow frames).
[[nodiscard]] bool is_at_home(const Thread& thread);

/// On the way out of the kernel: takes the CPU from the current thread as long as others are due or it is suspended;
/// ends it if that was asked; makes sure that it comes back here when it must.
void settle_requests();

}  // namespace kernel
