// SPDX-License-Identifier: GPL-2.0-or-later
// One space of a program with what is mapped in it; keeps the bookkeeping and the kernel's page tables in step.
#pragma once
#include <cstdint>

#include "userland/services/linux/layout.h"
#include "userland/services/linux/range_map.h"

namespace hop::personality {

/// All offsets and lengths are whole pages below kHighestOffset; callers have checked them. Results: 0 or an error.
class Area {
 public:
  /// Makes the space. flags: asx::SpaceFlag; name: at most 16 characters. False: the kernel has no memory for it.
  [[nodiscard]] bool create(uint32_t flags, uint32_t list_length, const char* name, uint16_t program_selector);
  void destroy();
  /// Of an empty area: the other's ranges, with the same contents. False: no memory.
  [[nodiscard]] bool copy_from(const Area& original);

  /// This service's selector for the space, with control.
  [[nodiscard]] uint16_t space() const { return space_; }
  /// The address the program uses for an offset.
  [[nodiscard]] uint64_t program_address(uint64_t offset) const { return address_in(program_selector_, offset); }
  [[nodiscard]] const RangeMap& ranges() const { return ranges_; }

  /// Zero pages; the range must be free. is_shared: a copy of the area has the same pages, not copies of them.
  [[nodiscard]] int64_t map(uint64_t start, uint64_t bytes, uint64_t protection, bool is_shared = false);
  [[nodiscard]] int64_t unmap(uint64_t start, uint64_t bytes);
  /// ENOMEM if a page is not mapped.
  [[nodiscard]] int64_t protect(uint64_t start, uint64_t bytes, uint64_t protection);
  /// Moves mapped pages of one protection to a free range.
  [[nodiscard]] int64_t move(uint64_t from, uint64_t to, uint64_t bytes);
  /// Gives mapped pages back and maps zero pages in their place; unmapped parts are skipped.
  [[nodiscard]] int64_t make_zero(uint64_t start, uint64_t bytes);

 private:
  uint16_t space_ = 0;
  uint16_t program_selector_ = 0;
  RangeMap ranges_;
};

}  // namespace hop::personality
