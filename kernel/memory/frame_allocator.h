// SPDX-License-Identifier: GPL-2.0-or-later
// Physical frames: a binary buddy allocator (Knuth, TAOCP 1, 2.5) whose frames carry a reference count, since a
// frame may be mapped in several spaces. A few free blocks of each small size are not joined with their buddies, for
// one of that size is soon wanted again (Barkley, Lee: A lazy buddy system, SOSP 1989).
#pragma once
#include "kernel/arch/direct_map.h"
#include "kernel/lib/result.h"

namespace kernel {

/// What is known of one frame. The table of them is indexed by physical address / page size.
struct FrameInfo {
  enum class State : uint8_t { Reserved = 0, FreeHead = 1, Used = 2 };
  uint32_t references;      ///< mappings of a frame in use
  uint32_t next, previous;  ///< in the free list of its order; frame numbers
  uint16_t entries;         ///< a page table's entries that are not zero
  uint8_t order;
  State state;
};
static_assert(sizeof(FrameInfo) == 16);

class FrameAllocator {
 public:
  static constexpr unsigned kMaximumOrder = 10;  ///< 4 MiB

  /// The table has one zeroed FrameInfo for every frame of RAM: all reserved.
  void initialize(FrameInfo* table, uint64_t frame_count);
  /// Gives reserved frames to the allocator.
  void add_free(PhysicalAddress start, PhysicalAddress end);

  /// Asked when there is no memory: gives some back, and says whether it did.
  using Reclaim = bool (*)();
  void set_reclaim(Reclaim reclaim) { reclaim_ = reclaim; }

  /// 2^order frames, aligned to their size, contents undefined, one reference. OutOfMemory.
  Result<PhysicalAddress> allocate(unsigned order = 0);
  Result<PhysicalAddress> allocate_zeroed(unsigned order = 0);
  /// Gives back what allocate gave, whatever its references.
  void free(PhysicalAddress block, unsigned order);

  /// One more, one less mapping of a single frame; at none it is free. Frames that were never allocated (boot
  /// modules) stay reserved for ever, so their count does not matter.
  void reference(PhysicalAddress frame);
  void release(PhysicalAddress frame);
  [[nodiscard]] uint32_t references(PhysicalAddress frame) { return info(frame).references; }
  /// Whether a frame that is mapped is mapped once, and will be free when it is not any more.
  [[nodiscard]] bool is_unshared(PhysicalAddress frame) {
    return info(frame).state == FrameInfo::State::Used && info(frame).references == 1;
  }

  [[nodiscard]] FrameInfo& info(PhysicalAddress frame) { return table_[frame.value / asx::kPageSize]; }
  [[nodiscard]] bool is_ram(PhysicalAddress address) const { return address.value / asx::kPageSize < count_; }
  /// How many blocks of an order may be free beside their free buddies, at most.
  static constexpr uint32_t kSlack = 16;
  [[nodiscard]] uint64_t free_bytes() const { return free_frames_ * asx::kPageSize; }

 private:
  friend class MemoryCheck;
  static constexpr uint32_t kNone = ~uint32_t{0};
  static constexpr unsigned kLazyOrders = 5;  ///< up to 64 KiB
  void link(uint32_t frame, unsigned order);
  Result<PhysicalAddress> allocate_block(unsigned order);
  void join(uint64_t frame, unsigned order);
  bool join_all();
  void unlink(uint32_t frame);

  FrameInfo* table_ = nullptr;
  uint64_t count_ = 0;
  uint64_t free_frames_ = 0;
  uint32_t free_list_[kMaximumOrder + 1] = {};
  Reclaim reclaim_ = nullptr;
  uint32_t slack_[kLazyOrders] = {};  ///< blocks of the order that were not joined, or fewer
};

/// For tests: 0, or so many allocations of frames or of kernel objects until one fails as if there were no memory.
extern uint64_t allocations_until_failure;
[[nodiscard]] inline bool is_allocation_to_fail() {
  return allocations_until_failure != 0 && --allocations_until_failure == 0;
}

/// The machine's frames.
[[nodiscard]] FrameAllocator& frames();

/// The smallest order whose blocks hold so many bytes.
[[nodiscard]] constexpr unsigned order_for(uint64_t bytes) {
  unsigned order = 0;
  while ((asx::kPageSize << order) < bytes) ++order;
  return order;
}

}  // namespace kernel
