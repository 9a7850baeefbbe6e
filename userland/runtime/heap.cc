// SPDX-License-Identifier: GPL-2.0-or-later
// Regions of 1 MiB, aligned to their size, each for blocks of one size class; a block's region, and so its class, is
// found by rounding its address down. A larger block has regions of its own and is unmapped when it is released:
// offsets are plentiful (2^47), so they are not used again.
#include "userland/runtime/heap.h"

#include <new>

#include "isa-ext/abi/address.h"
#include "userland/runtime/kernel.h"
#include "userland/runtime/mutex.h"
#include "userland/runtime/program.h"

namespace hop {

namespace {

constexpr uint64_t kRegionSize = 1 << 20;
constexpr uint64_t kSmallest = 16, kLargestClass = 128 * 1024;
constexpr unsigned kClasses = 27;  // 16, 24, 32, 48, ... : powers of two and their halves between

struct FreeBlock {
  FreeBlock* next;
};

struct RegionHeader {
  uint64_t block_size;  ///< of the class, or
  uint64_t mapped;      ///< bytes from the region's start, of a large block (block_size 0)
};

struct SizeClass {
  FreeBlock* free = nullptr;
  uint64_t fresh = 0, fresh_end = 0;  ///< blocks of the newest region that were never used
};

Mutex heap_lock;
uint64_t next_region = 0;
SizeClass classes[kClasses];

constexpr uint64_t size_of_class(unsigned index) {
  const uint64_t power = kSmallest << (index / 2);
  return index % 2 == 0 ? power : power + power / 2;
}
static_assert(size_of_class(kClasses - 1) == kLargestClass);

unsigned class_for(uint64_t bytes) {
  unsigned index = 0;
  while (size_of_class(index) < bytes) ++index;
  return index;
}

uint64_t round_up(uint64_t value, uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

/// Maps `bytes` at the start of fresh regions; 0 when there is no memory.
uint64_t map_regions(uint64_t bytes) {
  const uint64_t start = next_region;
  if (kernel::space_map(kSelf, start, bytes, kProtectRead | kProtectWrite).is_error()) return 0;
  next_region += round_up(bytes, kRegionSize);
  return start;
}

void* allocate_large(uint64_t bytes) {
  const uint64_t mapped = asx::kPageSize + round_up(bytes, asx::kPageSize);
  const uint64_t start = map_regions(mapped);
  if (start == 0) return nullptr;
  *reinterpret_cast<RegionHeader*>(start) = {0, mapped};
  return reinterpret_cast<void*>(start + asx::kPageSize);
}

bool add_region(SizeClass& size_class, uint64_t size) {
  const uint64_t start = map_regions(kRegionSize);
  if (start == 0) return false;
  *reinterpret_cast<RegionHeader*>(start) = {size, kRegionSize};
  const uint64_t first = round_up(sizeof(RegionHeader), size < asx::kPageSize ? kSmallest : asx::kPageSize);
  size_class.fresh = start + first;
  size_class.fresh_end = start + first + (kRegionSize - first) / size * size;
  return true;
}

void* allocate_small(uint64_t bytes) {
  const unsigned index = class_for(bytes);
  SizeClass& size_class = classes[index];
  const uint64_t size = size_of_class(index);
  if (FreeBlock* block = size_class.free) {
    size_class.free = block->next;
    return block;
  }
  if (size_class.fresh == size_class.fresh_end && !add_region(size_class, size)) return nullptr;
  void* block = reinterpret_cast<void*>(size_class.fresh);
  size_class.fresh += size;
  return block;
}

}  // namespace

void heap_initialize(uint64_t start) {
  next_region = round_up(start, kRegionSize);
}

void* allocate(size_t bytes) {
  const Guard guard(heap_lock);
  if (bytes > (uint64_t{1} << 46)) return nullptr;
  return bytes <= kLargestClass ? allocate_small(bytes) : allocate_large(bytes);
}

void release(void* block) {
  if (block == nullptr) return;
  const Guard guard(heap_lock);
  const uint64_t start = reinterpret_cast<uint64_t>(block) / kRegionSize * kRegionSize;
  const RegionHeader header = *reinterpret_cast<RegionHeader*>(start);
  if (header.block_size == 0) {
    kernel::space_unmap(kSelf, start, header.mapped);
    return;
  }
  SizeClass& size_class = classes[class_for(header.block_size)];
  auto* free_block = static_cast<FreeBlock*>(block);
  free_block->next = size_class.free;
  size_class.free = free_block;
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
