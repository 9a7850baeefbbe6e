// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/access_list.h"

#include "kernel/arch/variant.h"
#include "kernel/lib/assert.h"
#include "kernel/memory/frame_allocator.h"

namespace kernel {

namespace {

constinit AccessList list_of_all;

/// Where an entry of the common list keeps its inserter: in a field that its kind leaves unused.
uint32_t inserter_of(const AccessListEntry& entry) {
  return entry.kind == EntryKind::Object ? entry.space_id : static_cast<uint32_t>(entry.object);
}

}  // namespace

bool has_common_list() {
  return is_variant(asx::kVariantCodeListOfThread);
}

AccessList& common_list() {
  return list_of_all;
}

uint32_t flags_of_rights(uint64_t rights) {
  uint32_t flags = 0;
  if ((rights & hop::kRightRead) != 0) flags |= asx::kEntryRead;
  if ((rights & hop::kRightWrite) != 0) flags |= asx::kEntryWrite;
  if ((rights & hop::kRightControl) != 0) flags |= kEntryControl;
  return flags;
}

uint64_t rights_of_flags(uint32_t flags) {
  uint64_t rights = 0;
  if ((flags & asx::kEntryRead) != 0) rights |= hop::kRightRead;
  if ((flags & asx::kEntryWrite) != 0) rights |= hop::kRightWrite;
  if ((flags & kEntryControl) != 0) rights |= hop::kRightControl;
  return rights;
}

void acquire_object(const AccessListEntry& entry) {
  if (entry.kind == EntryKind::Object) acquire(*reinterpret_cast<Object*>(entry.object));
}

void release_object(AccessListEntry& entry) {
  if ((entry.flags & asx::kEntryValid) == 0 || entry.kind != EntryKind::Object) return;
  Object& object = *reinterpret_cast<Object*>(entry.object);
  entry.flags &= ~asx::kEntryValid;
  release(object);
}

Status AccessList::create(uint32_t length, Account& account) {
  const Result<PhysicalAddress> memory = allocate_zeroed_frames(account, order_for(length * sizeof(AccessListEntry)));
  if (!memory) return memory.status();
  address_ = memory.value();
  length_ = length;
  return Status::Ok;
}

uint64_t AccessList::bytes() const {
  return asx::kPageSize << order_for(length_ * sizeof(AccessListEntry));
}

void AccessList::destroy(Account& account) {
  for (uint32_t index = 1; index < length_; ++index) release_object(slots()[index]);
  free_frames(account, address_, order_for(length_ * sizeof(AccessListEntry)));
  length_ = 0;
}

Selector AccessList::selector(asx::Half half, uint32_t index) const {
  return Selector::make(half, slots()[index].slot_generation, index, selector_bits);
}

uint32_t AccessList::find_free() {
  for (uint32_t tried = hop::kFirstFreeSlot; tried < length_; ++tried) {
    if (next_free_ >= length_) next_free_ = hop::kFirstFreeSlot;
    const uint32_t index = next_free_++;
    if (is_free(slots()[index])) return index;
  }
  return 0;
}

Result<uint32_t> AccessList::insert(uint32_t index, const AccessListEntry& entry) {
  if (index >= length_) return Status::Invalid;
  if (index == 0) index = find_free();
  if (index == 0) return Status::NoSpace;
  AccessListEntry& slot = slots()[index];
  if ((slot.flags & asx::kEntryValid) != 0) return Status::Exists;
  if (!is_free(slot)) return Status::NoSpace;
  const uint32_t generation = slot.slot_generation;
  slot = entry;
  slot.slot_generation = generation;
  return index;
}

Status AccessList::remove(Selector selector) {
  if (find(selector) == nullptr) return Status::BadHandle;
  AccessListEntry& slot = slots()[selector.index(selector_bits)];
  release_object(slot);
  const uint32_t generation = slot.slot_generation;
  const bool is_last = generation + 1 == 1u << (15 - selector_bits);
  slot = {};
  slot.slot_generation = is_last ? generation : generation + 1;
  if (is_last) slot.flags = kEntryRetired;
  return Status::Ok;
}

void AccessList::set_inserter(uint32_t index, uint32_t space) {
  AccessListEntry& entry = slots()[index];
  if (entry.kind == EntryKind::Object) {
    entry.space_id = space;
  } else {
    entry.object = space;
  }
}

void AccessList::remove_all_of(uint32_t space) {
  for (uint32_t index = 1; index < length_; ++index) {
    const AccessListEntry& entry = slots()[index];
    const bool is_its = (entry.flags & asx::kEntryValid) != 0 && inserter_of(entry) == space;
    if (is_its) HOP_ASSERT(remove(selector(asx::Half::Code, index)) == Status::Ok);
  }
}

}  // namespace kernel
