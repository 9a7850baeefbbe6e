// SPDX-License-Identifier: GPL-2.0-or-later
// Blocks of memory out of pages: plain logic, tested on the host too. Not locked.
//
// Regions of 1 MiB lie one after the other, each for blocks of one size class; a block's region, and so its class, is
// found by rounding its address down. A larger block has pages of its own, and they are given back with it.
#pragma once
#include <cstddef>
#include <cstdint>

namespace hop {

/// Where a heap gets its memory.
struct PageSource {
  bool (*map)(uint64_t start, uint64_t bytes);     ///< reserves a range at that address
  bool (*commit)(uint64_t start, uint64_t bytes);  ///< makes a mapped range usable, or there is no memory for it
  void* (*map_pages)(size_t bytes);                ///< usable at once, anywhere outside of the regions; page aligned
  void (*unmap_pages)(void* pages, size_t bytes);
};

class BlockHeap {
 public:
  static constexpr uint64_t kRegionSize = 1 << 20, kPage = 4096;
  static constexpr uint64_t kSmallest = 16, kLargestClass = 32 * 1024;
  static constexpr unsigned kClasses = 22;  // 16, 32, 48, 64, 96, ...: powers of two and what lies half-way

  constexpr explicit BlockHeap(const PageSource& source) : source_(source) {}
  BlockHeap(const BlockHeap&) = delete;

  /// Regions may lie from here on. Before any allocation.
  void start_at(uint64_t start);
  /// 16-byte aligned; nullptr when there is no memory.
  [[nodiscard]] void* allocate(size_t bytes);
  void release(void* block);

 private:
  struct FreeBlock {
    FreeBlock* next;
  };
  struct SizeClass {
    FreeBlock* free = nullptr;
    uint64_t fresh = 0, fresh_end = 0;  ///< of the newest region: what was never used
    uint64_t committed = 0;             ///< of that, what is usable ends here
  };

  [[nodiscard]] void* allocate_small(uint64_t bytes);
  [[nodiscard]] void* allocate_large(uint64_t bytes);
  [[nodiscard]] bool add_region(SizeClass& size_class, uint64_t size);
  [[nodiscard]] bool is_small(uint64_t address) const { return address >= first_region_ && address < next_region_; }

  const PageSource& source_;
  uint64_t first_region_ = 0, next_region_ = 0;
  uint64_t spare_region_ = 0;  ///< mapped, but not usable when it was wanted; 0 = none
  SizeClass classes_[kClasses];
};

}  // namespace hop
