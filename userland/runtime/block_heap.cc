// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/runtime/block_heap.h"

namespace hop {

namespace {

constexpr uint64_t kHeader = 16;  ///< at the start of a region the size of its blocks, of a large block its own

constexpr uint64_t size_of_class(unsigned index) {
  if (index == 0) return BlockHeap::kSmallest;
  const uint64_t power = (2 * BlockHeap::kSmallest) << ((index - 1) / 2);
  return index % 2 == 1 ? power : power + power / 2;
}
static_assert(size_of_class(BlockHeap::kClasses - 1) == BlockHeap::kLargestClass);

unsigned class_for(uint64_t bytes) {
  unsigned index = 0;
  while (size_of_class(index) < bytes) ++index;
  return index;
}

constexpr uint64_t round_up(uint64_t value, uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

uint64_t& header_at(uint64_t address) {
  return *reinterpret_cast<uint64_t*>(address);
}

}  // namespace

void BlockHeap::start_at(uint64_t start) {
  first_region_ = next_region_ = round_up(start, kRegionSize);
}

bool BlockHeap::add_region(SizeClass& size_class, uint64_t size) {
  uint64_t region = spare_region_;
  if (region == 0) {
    region = next_region_;
    if (!source_.map(region, kRegionSize)) return false;
    next_region_ += kRegionSize;
  }
  spare_region_ = region;
  if (!source_.commit(region, kPage)) return false;
  spare_region_ = 0;
  header_at(region) = size;
  size_class.fresh = region + kHeader;
  size_class.fresh_end = size_class.fresh + (kRegionSize - kHeader) / size * size;
  size_class.committed = region + kPage;
  return true;
}

void* BlockHeap::allocate_small(uint64_t bytes) {
  const unsigned index = class_for(bytes);
  SizeClass& size_class = classes_[index];
  if (FreeBlock* block = size_class.free) {
    size_class.free = block->next;
    return block;
  }
  const uint64_t size = size_of_class(index);
  if (size_class.fresh == size_class.fresh_end && !add_region(size_class, size)) return nullptr;
  const uint64_t end = size_class.fresh + size;
  if (end > size_class.committed) {
    const uint64_t wanted = round_up(end, kPage);
    if (!source_.commit(size_class.committed, wanted - size_class.committed)) return nullptr;
    size_class.committed = wanted;
  }
  void* block = reinterpret_cast<void*>(size_class.fresh);
  size_class.fresh = end;
  return block;
}

void* BlockHeap::allocate_large(uint64_t bytes) {
  void* pages = source_.map_pages(kHeader + bytes);
  if (pages == nullptr) return nullptr;
  const auto start = reinterpret_cast<uint64_t>(pages);
  header_at(start) = kHeader + bytes;
  return reinterpret_cast<void*>(start + kHeader);
}

void* BlockHeap::allocate(size_t bytes) {
  if (bytes > (uint64_t{1} << 46)) return nullptr;
  return bytes <= kLargestClass ? allocate_small(bytes) : allocate_large(bytes);
}

void BlockHeap::release(void* block) {
  if (block == nullptr) return;
  const auto address = reinterpret_cast<uint64_t>(block);
  if (!is_small(address)) {
    const uint64_t start = address - kHeader;
    source_.unmap_pages(reinterpret_cast<void*>(start), header_at(start));
    return;
  }
  SizeClass& size_class = classes_[class_for(header_at(address / kRegionSize * kRegionSize))];
  auto* free_block = static_cast<FreeBlock*>(block);
  free_block->next = size_class.free;
  size_class.free = free_block;
}

}  // namespace hop
