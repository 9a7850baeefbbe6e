// SPDX-License-Identifier: GPL-2.0-or-later
// Self-check of the kernel's memory: what the frame allocator, the page tables and the regions say of each other must
// agree. Nothing is repaired; every disagreement is reported once. It runs with events masked, as all of the kernel.
#pragma once
#include "kernel/memory/frame_allocator.h"
#include "kernel/memory/page_table.h"
#include "kernel/memory/region_map.h"

namespace kernel {

/// What does not agree, and the number it was found at (an address, an offset, an order), told to somebody.
class Violations {
 public:
  using Tell = void (*)(const char* what, uint64_t where);
  explicit Violations(Tell tell) : tell_(tell) {}
  void report(const char* what, uint64_t where) {
    ++count_;
    tell_(what, where);
  }
  [[nodiscard]] uint64_t count() const { return count_; }

 private:
  Tell tell_;
  uint64_t count_ = 0;
};

/// One check of all memory: begin, add_space for every living space, finish.
class MemoryCheck {
 public:
  explicit MemoryCheck(Violations& violations) : violations_(violations) {}
  /// Takes memory for one number per frame. OutOfMemory: there is nothing to finish then.
  Status begin();
  /// Its regions, its page tables, and that each leaf lies in a region that allows it. Returns how many bytes there are
  /// of pages, tables and regions.
  uint64_t add_space(const PageTable& pages, const RegionMap& regions);
  /// The free lists and, of each frame, its references against the leaves that were found. Gives the memory back.
  void finish();

  void report(const char* what, uint64_t where) { violations_.report(what, where); }

 private:
  void check_regions(const Region* region, const Region*& before);
  void check_table(PhysicalAddress table, unsigned level, uint64_t base, const RegionMap& regions);
  void check_leaf(uint64_t offset, uint64_t leaf, const RegionMap& regions);
  void check_free_lists(const uint64_t (&heads)[FrameAllocator::kMaximumOrder + 1]);
  void check_used(uint64_t frame, const FrameInfo& info);
  [[nodiscard]] uint32_t& uses(uint64_t frame) { return at<uint32_t>(uses_)[frame]; }

  Violations& violations_;
  uint64_t bytes_ = 0;    ///< of the space that is being added
  PhysicalAddress uses_;  ///< per frame: leaves that name it, or kTable
};

}  // namespace kernel
