// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/costs/tlb.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace emu {

Tlb::Tlb(TlbGeometry geometry)
    : ways_(geometry.ways), set_mask_(geometry.entries / geometry.ways - 1), entries_(geometry.entries) {
  assert(geometry.entries % geometry.ways == 0 && std::has_single_bit(set_mask_ + 1));
}

const TlbEntry* Tlb::find_older(TlbEntry* set, const TlbKey& key) {
  TlbEntry* const end = set + ways_;
  TlbEntry* const found =
      std::find_if(set, end, [&](const TlbEntry& entry) { return entry.is_valid && entry.key == key; });
  if (found == end) return nullptr;
  std::rotate(set, found, found + 1);
  return set;
}

void Tlb::insert(const TlbEntry& entry) {
  TlbEntry* const set = set_of(entry.key.page);
  TlbEntry* const last = set + ways_ - 1;
  TlbEntry* place = std::find_if(set, last, [&](const TlbEntry& old) { return old.is_valid && old.key == entry.key; });
  if (place == last) place = std::find_if(set, last, [](const TlbEntry& old) { return !old.is_valid; });
  *place = entry;
  place->is_valid = true;
  std::rotate(set, place, place + 1);
}

uint64_t Tlb::drop_all() {
  uint64_t dropped = 0;
  for (TlbEntry& entry : entries_) {
    dropped += entry.is_valid ? 1 : 0;
    entry.is_valid = false;
  }
  return dropped;
}

uint64_t Tlb::drop_space(uint32_t id) {
  uint64_t dropped = 0;
  for (TlbEntry& entry : entries_) {
    if (!entry.is_valid || (entry.key.owner != id && entry.target != id)) continue;
    entry.is_valid = false;
    ++dropped;
  }
  return dropped;
}

}  // namespace emu
