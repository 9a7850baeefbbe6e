// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/machine/page_tables.h"

namespace emu {

uint64_t BootAllocator::pages(uint64_t bytes) {
  const uint64_t size = (bytes + asx::kPageMask) & ~asx::kPageMask;
  if (exhausted_ || size < bytes || !memory_.contains(next_, size)) {
    exhausted_ = true;
    return 0;
  }
  const uint64_t start = next_;
  next_ += size;
  return start;  // RAM is zero when the machine starts
}

uint64_t* PageTables::entry(uint64_t address, int level) {
  uint64_t table = root_;
  for (int i = 3;; --i) {
    if (allocator_.exhausted()) return nullptr;
    auto* entries = reinterpret_cast<uint64_t*>(allocator_.memory().range(table, asx::kPageSize).data());
    uint64_t& found = entries[address >> (12 + 9 * i) & 0x1ff];
    if (i == level) return &found;
    if ((found & asx::kPtePresent) == 0) {
      found = allocator_.pages(asx::kPageSize) | asx::kPtePresent | asx::kPteWrite | asx::kPteUser;
    }
    table = found & asx::kPteAddressMask;
  }
}

void PageTables::map(uint64_t address, uint64_t physical, uint64_t flags) {
  if (uint64_t* found = entry(address, 0)) *found = physical | flags | asx::kPtePresent;
}

void PageTables::map_large(uint64_t address, uint64_t physical, uint64_t flags) {
  if (uint64_t* found = entry(address, 1)) *found = physical | flags | asx::kPtePresent | asx::kPteLarge;
}

}  // namespace emu
