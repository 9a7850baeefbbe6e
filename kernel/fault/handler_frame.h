// SPDX-License-Identifier: GPL-2.0-or-later
// Entering a gate because of a fault: the code that faulted has not called it.
#pragma once
#include "kernel/object/thread.h"

namespace kernel {

/// What such a gate finds in its registers, beside its parameter in R11.
struct HandlerArguments {
  uint64_t rdi = 0, rsi = 0;
};

/// Makes the thread hop into the gate. Its event frame stays below, as the frame the gate returns by. NotFound: there
/// is no such gate (any more); NoSpace: no room on the secure stack; TryAgain: no stack in the gate's pool.
Status enter_handler(Thread& thread, Frame& event, const GateName& name, const HandlerArguments& arguments);

}  // namespace kernel
