// SPDX-License-Identifier: GPL-2.0-or-later
// Builds x86-64 page tables in guest RAM, for the loader.
#pragma once
#include "emu/platform/guest_memory.h"
#include "isa-ext/abi/address.h"
#include "isa-ext/abi/event.h"

namespace emu {

/// Hands out physical memory upwards. Nothing is ever given back.
class BootAllocator {
 public:
  BootAllocator(const GuestMemory& memory, uint64_t start) : memory_(memory), next_(start) {}

  /// Zeroed pages; 0 if memory is exhausted, from then on always.
  [[nodiscard]] uint64_t pages(uint64_t bytes);
  [[nodiscard]] bool exhausted() const { return exhausted_; }
  [[nodiscard]] uint64_t next() const { return next_; }
  [[nodiscard]] const GuestMemory& memory() const { return memory_; }

 private:
  const GuestMemory& memory_;
  uint64_t next_;
  bool exhausted_ = false;
};

class PageTables {
 public:
  static constexpr uint64_t kLargePage = uint64_t{2} << 20;

  explicit PageTables(BootAllocator& allocator) : allocator_(allocator), root_(allocator.pages(asx::kPageSize)) {}

  [[nodiscard]] uint64_t root() const { return root_; }
  /// Maps one page of 4 KiB or 2 MiB; flags are asx::PageTableFlag, kPtePresent is added. Without effect once the
  /// allocator is exhausted.
  void map(uint64_t address, uint64_t physical, uint64_t flags);
  void map_large(uint64_t address, uint64_t physical, uint64_t flags);

 private:
  [[nodiscard]] uint64_t* entry(uint64_t address, int level);

  BootAllocator& allocator_;
  uint64_t root_;
};

}  // namespace emu
