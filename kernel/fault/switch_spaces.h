// SPDX-License-Identifier: GPL-2.0-or-later
// --spaces=one (manual 7.10): the gate calls and returns that the hardware has checked and leaves to the kernel. The
// frames are those that it would have made itself, so nothing else in the kernel knows the difference.
#pragma once
#include "kernel/object/thread.h"

namespace kernel {

/// Makes the call that the event frame on top (#AS Switch, operation GateCall) asks for. False if that is not
/// possible any more.
[[nodiscard]] bool switch_call(Thread& thread);

/// Makes the return (operation Return).
[[nodiscard]] bool switch_return(Thread& thread);

}  // namespace kernel
