// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/runtime/heap.h"

#include <new>

#include "userland/runtime/block_heap.h"
#include "userland/runtime/kernel.h"
#include "userland/runtime/mutex.h"
#include "userland/runtime/pages.h"
#include "userland/runtime/program.h"

namespace hop {

namespace {

bool map_region(uint64_t start, uint64_t bytes) {
  return !kernel::space_map(kSelf, start, bytes, kProtectRead | kProtectWrite).is_error();
}

constexpr PageSource kOwnPages{map_region, commit_pages, map_pages, unmap_pages};

constinit Mutex heap_lock;
constinit BlockHeap heap{kOwnPages};

}  // namespace

void heap_initialize(uint64_t start) {
  heap.start_at(start);
}

void* allocate(size_t bytes) {
  const Guard guard(heap_lock);
  return heap.allocate(bytes);
}

void release(void* block) {
  const Guard guard(heap_lock);
  heap.release(block);
}

}  // namespace hop

// A service that has no memory for what it must have ends here; what can be refused uses hop::allocate.
void* operator new(size_t bytes) {
  void* block = hop::allocate(bytes);
  if (block == nullptr) hop::panic("out of memory");
  return block;
}
void* operator new[](size_t bytes) {
  return operator new(bytes);
}
void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  return hop::allocate(bytes);
}
void* operator new[](size_t bytes, const std::nothrow_t&) noexcept {
  return hop::allocate(bytes);
}
void operator delete(void* block) noexcept {
  hop::release(block);
}
void operator delete[](void* block) noexcept {
  hop::release(block);
}
void operator delete(void* block, size_t) noexcept {
  hop::release(block);
}
void operator delete[](void* block, size_t) noexcept {
  hop::release(block);
}

namespace std {
const nothrow_t nothrow{};
}
