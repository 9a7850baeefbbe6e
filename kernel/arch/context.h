// SPDX-License-Identifier: GPL-2.0-or-later
// What the CPU keeps of a thread that is not running: a kernel stack, a thread block, the vector registers.
#pragma once
#include "kernel/arch/direct_map.h"

namespace kernel {

/// The kernel stack of a thread. Its lowest word leads back to the thread.
constexpr uint64_t kKernelStackSize = 8192;
constexpr unsigned kKernelStackOrder = 1;

/// The area of FXSAVE (Intel SDM vol. 1, 10.5.1).
struct alignas(16) VectorState {
  unsigned char bytes[512];
};
/// Those of a thread that has not run yet: x87 control word 0x37f, MXCSR 0x1f80, everything else 0.
extern const VectorState clean_vectors;

struct Context {
  uint64_t kernel_stack_pointer = 0;
  PhysicalAddress thread_block;
  bool has_run = false;  ///< or its vector registers are still clean
  VectorState vectors;
};

/// Lets `to` run on; returns when somebody switches back to `from`.
void switch_context(Context& from, Context& to);

/// A stack pointer from which switch_context enters a new thread: in thread_start() (entry.S) for one that leaves to
/// its first frame, or in a function of the kernel.
[[nodiscard]] uint64_t prepare_stack(PhysicalAddress stack, void (*entry)());

extern "C" void thread_start();

}  // namespace kernel
