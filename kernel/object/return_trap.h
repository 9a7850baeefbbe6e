// SPDX-License-Identifier: GPL-2.0-or-later
// Learning of a gate's return that the kernel has no part in: RFLAGS.TF in the frame of the call. The return restores
// it, and after one instruction of the caller the debug exception brings the thread into the kernel. Decision 0008.
//
// It is wanted when the return lowers a priority below that of a thread that is ready, and when a thread that is to be
// suspended or to end comes home.
#pragma once
#include "kernel/object/thread.h"

namespace kernel {

/// Notices the return from the frame at that position, counted from the bottom. A trap that was armed before is taken
/// out.
void arm_return_trap(Thread& thread, uint32_t position);
void disarm_return_trap(Thread& thread);

/// On a debug exception, whose frame is on top: whether it is the trap's. It is disarmed then, and the exception is
/// nobody's business but if the program was single-stepping on its own account: `is_programs`.
struct TrapTaken {
  bool is_traps = false, is_programs = true;
};
[[nodiscard]] TrapTaken take_return_trap(Thread& thread);

}  // namespace kernel
