// SPDX-License-Identifier: GPL-2.0-or-later
// Which parts of one space are mapped, and with what rights: sorted disjoint page ranges, neighbours alike merged.
// Plain bookkeeping; area.h keeps it in step with the kernel's page tables.
#pragma once
#include <cstdint>

namespace hop::personality {

/// [start, end), page-aligned offsets; protection: hop::Protection bits; is_shared: with the copies of the space, too.
struct Range {
  uint64_t start, end, protection;
  bool is_shared = false;
};

class RangeMap {
 public:
  /// Linux's vm.max_map_count.
  static constexpr uint32_t kMaximumRanges = 65530;

  RangeMap() = default;
  RangeMap(const RangeMap&) = delete;
  RangeMap& operator=(const RangeMap&) = delete;
  ~RangeMap();

  [[nodiscard]] uint32_t count() const { return count_; }
  [[nodiscard]] const Range& at(uint32_t index) const { return ranges_[index]; }
  [[nodiscard]] uint64_t total_bytes() const;

  /// The range that holds the offset, or null. Valid until the next change.
  [[nodiscard]] const Range* find(uint64_t offset) const;
  /// Index of the first range that ends above the offset; count() if there is none.
  [[nodiscard]] uint32_t first_above(uint64_t offset) const;
  [[nodiscard]] bool is_free(uint64_t start, uint64_t end) const;
  /// True if every page of [start, end) is mapped.
  [[nodiscard]] bool is_mapped(uint64_t start, uint64_t end) const;
  /// Lowest free place of that length in [low, high); 0 if there is none.
  [[nodiscard]] uint64_t find_free(uint64_t length, uint64_t low, uint64_t high) const;

  /// Adds a range that must be free. False: too many ranges, or no memory; nothing changed.
  [[nodiscard]] bool insert(const Range& range);
  /// Takes [start, end) out; unmapped parts are skipped. False as with insert.
  [[nodiscard]] bool remove(uint64_t start, uint64_t end);
  /// Changes the rights of what is mapped in [start, end). False as with insert.
  [[nodiscard]] bool protect(uint64_t start, uint64_t end, uint64_t protection);
  void clear() { count_ = 0; }

 private:
  [[nodiscard]] bool reserve(uint32_t count);
  [[nodiscard]] bool split(uint64_t offset);
  void open_slot(uint32_t index);
  void close_slots(uint32_t index, uint32_t slots);
  void merge_around(uint32_t first, uint32_t last);

  Range* ranges_ = nullptr;
  uint32_t count_ = 0, capacity_ = 0;
};

}  // namespace hop::personality
