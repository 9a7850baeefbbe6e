// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/runtime/stacks.h"

namespace hop {

namespace {

constexpr unsigned kMostStacks = 127;  // that a pool holds (kernel/README.md)
constexpr uint64_t kFirstStack = 1 << 20;

struct Stack {
  uint64_t bottom, top;
};
constinit Stack stacks[kMostStacks] = {};
constinit unsigned stack_count = 0;

/// The top of the stack, or 0: one that somebody else has made.
uint64_t top_of(uint64_t address) {
  const unsigned count = __atomic_load_n(&stack_count, __ATOMIC_ACQUIRE);
  for (unsigned i = 0; i < count; ++i) {
    // a stack that has been used up is pointed at from just below
    if (address <= stacks[i].top && address + 0x1000 > stacks[i].bottom) return stacks[i].top;
  }
  return 0;
}

}  // namespace

void note_stack(uint64_t bottom, uint64_t top) {
  if (stack_count == kMostStacks) return;
  stacks[stack_count] = {bottom, top};
  __atomic_store_n(&stack_count, stack_count + 1, __ATOMIC_RELEASE);
}

bool is_same_stack(uint64_t a, uint64_t b) {
  const uint64_t top = top_of(a);
  if (top != top_of(b)) return false;
  return top != 0 || (a > b ? a - b : b - a) < kFirstStack;
}

}  // namespace hop
