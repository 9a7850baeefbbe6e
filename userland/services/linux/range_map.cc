// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/range_map.h"

#include <new>

namespace hop::personality {

RangeMap::~RangeMap() {
  delete[] ranges_;
}

uint64_t RangeMap::total_bytes() const {
  uint64_t total = 0;
  for (uint32_t i = 0; i < count_; i++) total += ranges_[i].end - ranges_[i].start;
  return total;
}

uint32_t RangeMap::first_above(uint64_t offset) const {
  uint32_t low = 0, high = count_;
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    if (ranges_[middle].end > offset)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

const Range* RangeMap::find(uint64_t offset) const {
  const uint32_t index = first_above(offset);
  return index < count_ && ranges_[index].start <= offset ? &ranges_[index] : nullptr;
}

bool RangeMap::is_free(uint64_t start, uint64_t end) const {
  const uint32_t index = first_above(start);
  return index == count_ || ranges_[index].start >= end;
}

bool RangeMap::is_mapped(uint64_t start, uint64_t end) const {
  for (uint32_t i = first_above(start); start < end; i++) {
    if (i == count_ || ranges_[i].start > start) return false;
    start = ranges_[i].end;
  }
  return true;
}

uint64_t RangeMap::find_free(uint64_t length, uint64_t low, uint64_t high) const {
  for (uint32_t i = first_above(low); low < high && length <= high - low; i++) {
    if (i == count_ || ranges_[i].start >= low + length) return low;
    low = ranges_[i].end;
  }
  return 0;
}

bool RangeMap::reserve(uint32_t count) {
  if (count > kMaximumRanges) return false;
  if (count <= capacity_) return true;
  const uint32_t capacity = capacity_ == 0 ? 32 : capacity_ * 2;
  auto* ranges = new (std::nothrow) Range[capacity];
  if (ranges == nullptr) return false;
  for (uint32_t i = 0; i < count_; i++) ranges[i] = ranges_[i];
  delete[] ranges_;
  ranges_ = ranges;
  capacity_ = capacity;
  return true;
}

void RangeMap::open_slot(uint32_t index) {
  for (uint32_t i = count_; i > index; i--) ranges_[i] = ranges_[i - 1];
  count_++;
}

void RangeMap::close_slots(uint32_t index, uint32_t slots) {
  if (slots == 0) return;
  for (uint32_t i = index; i + slots < count_; i++) ranges_[i] = ranges_[i + slots];
  count_ -= slots;
}

bool RangeMap::split(uint64_t offset) {
  const uint32_t index = first_above(offset);
  if (index == count_ || ranges_[index].start >= offset) return true;
  if (!reserve(count_ + 1)) return false;
  open_slot(index);
  ranges_[index].end = offset;
  ranges_[index + 1].start = offset;
  return true;
}

void RangeMap::merge_around(uint32_t first, uint32_t last) {
  uint32_t i = first == 0 ? 0 : first - 1;
  while (i + 1 < count_ && i <= last) {
    if (ranges_[i].end == ranges_[i + 1].start && ranges_[i].protection == ranges_[i + 1].protection &&
        ranges_[i].is_shared == ranges_[i + 1].is_shared) {
      ranges_[i].end = ranges_[i + 1].end;
      close_slots(i + 1, 1);
      if (last > 0) last--;
    } else {
      i++;
    }
  }
}

bool RangeMap::insert(const Range& range) {
  if (!reserve(count_ + 1)) return false;
  const uint32_t index = first_above(range.start);
  open_slot(index);
  ranges_[index] = range;
  merge_around(index, index + 1);
  return true;
}

bool RangeMap::remove(uint64_t start, uint64_t end) {
  if (start >= end || is_free(start, end)) return true;
  if (!reserve(count_ + 2) || !split(start) || !split(end)) return false;
  const uint32_t first = first_above(start);
  uint32_t last = first;
  while (last < count_ && ranges_[last].start < end) last++;
  close_slots(first, last - first);
  return true;
}

bool RangeMap::protect(uint64_t start, uint64_t end, uint64_t protection) {
  if (start >= end || is_free(start, end)) return true;
  if (!reserve(count_ + 2) || !split(start) || !split(end)) return false;
  const uint32_t first = first_above(start);
  uint32_t last = first;
  for (; last < count_ && ranges_[last].start < end; last++) ranges_[last].protection = protection;
  merge_around(first, last);
  return true;
}

}  // namespace hop::personality
