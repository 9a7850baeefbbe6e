// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/arch/context.h"

namespace kernel {

extern "C" void context_switch(uint64_t* save_stack_pointer, uint64_t load_stack_pointer, uint64_t thread_block);

constinit const VectorState clean_vectors = [] {
  VectorState vectors{};
  vectors.bytes[0] = 0x7f;
  vectors.bytes[1] = 0x03;
  vectors.bytes[24] = 0x80;
  vectors.bytes[25] = 0x1f;
  return vectors;
}();

void switch_context(Context& from, Context& to) {
  asm volatile("fxsave64 %0" : "=m"(from.vectors));
  from.has_run = true;
  const VectorState& vectors = to.has_run ? to.vectors : clean_vectors;
  asm volatile("fxrstor64 %0" : : "m"(vectors));
  context_switch(&from.kernel_stack_pointer, to.kernel_stack_pointer, to.thread_block.value);
}

uint64_t prepare_stack(PhysicalAddress stack, void (*entry)()) {
  auto* top = at<uint64_t>(stack + kKernelStackSize);
  *--top = 0;  // keeps the stack aligned as a call would
  *--top = reinterpret_cast<uint64_t>(entry);
  for (int callee_saved = 0; callee_saved < 6; ++callee_saved) *--top = 0;
  return reinterpret_cast<uint64_t>(top);
}

}  // namespace kernel
