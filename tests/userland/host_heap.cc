// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/userland/host_heap.h"

#include <cstdlib>

#include "userland/runtime/heap.h"

namespace {
int64_t live = 0;
int64_t remaining = -1;
}  // namespace

namespace test {
int64_t live_blocks() {
  return live;
}
void fail_allocation_after(int64_t count) {
  remaining = count;
}
}  // namespace test

namespace hop {

void* allocate(size_t bytes) {
  if (remaining == 0) return nullptr;
  if (remaining > 0) --remaining;
  ++live;
  return std::malloc(bytes);
}

void release(void* block) {
  if (block != nullptr) --live;
  std::free(block);
}

}  // namespace hop
