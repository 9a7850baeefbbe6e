// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/model/access_list.h"

#include "isa-ext/model/grant.h"
#include "isa-ext/model/space.h"
#include "isa-ext/model/translate.h"

namespace asx {
namespace {

constexpr unsigned kIndexAndGenerationBits = 15;

/// Entry 0 is the space itself, whatever lies in the list's memory: its pages alone limit the access.
AccessListEntry implied_entry(const LoadedSpace& space) {
  return {.flags = kEntryValid | kEntryRead | kEntryWrite,
          .kind = EntryKind::Space,
          .slot_generation = 0,
          .space_id = space.id.value,
          .space_generation = space.generation,
          .gate_index = 0,
          .object = 0};
}

}  // namespace

ListView half_of(const CpuState& cpu, const PhysicalMemory& memory, const Variant& variant, Selector selector) {
  const Half half = selector.half();
  return {cpu, memory, variant, loaded_in(cpu, half), list_owner(cpu, variant, half)};
}

Checked<Selected> select_entry(const ListView& list, Selector selector, EntryKind wanted) {
  const unsigned bits = list.variant.selector_bits;
  const uint32_t index = selector.index(bits);
  const bool is_argument = selector.is_argument(bits);
  const bool is_null = selector == Selector{};
  if (list.variant.spaces == Spaces::One && wanted == EntryKind::Space && !is_null) return AsCause::SelectorIndex;
  AccessListEntry implied;
  const AccessListEntry* entry = &implied;
  if (index == 0) {
    implied = implied_entry(list.loaded);
  } else if (is_argument) {
    const auto argument = argument_entry(list);
    if (!argument) return argument.cause();
    implied = argument.value();
  } else {
    if (index >= list.list.list_length) return AsCause::SelectorIndex;
    entry = list.memory.at<const AccessListEntry>(list.list.list + uint64_t{index} * sizeof(AccessListEntry));
    if (entry == nullptr) return AsCause::Addressing;
  }
  if ((entry->flags & kEntryValid) == 0) return AsCause::EntryInvalid;
  if (entry->kind != wanted) return AsCause::EntryKind;
  const uint32_t generation_mask = (1u << (kIndexAndGenerationBits - bits)) - 1;
  const bool is_compared = list.variant.generations == Generations::On;
  if (is_compared && (entry->slot_generation & generation_mask) != selector.slot_generation(bits)) {
    return AsCause::SlotGeneration;
  }

  const SpaceId id{entry->space_id};
  const auto space = find_live_space(list.cpu, list.memory, list.variant, id, entry->space_generation);
  if (!space) return space.cause();
  return Selected{id, space.value(), entry->flags & (kEntryRead | kEntryWrite), entry->kind, entry->gate_index};
}

uint64_t rights_of_selector(const ListView& list, Selector selector) {
  if (select_entry(list, selector, EntryKind::Gate)) return kSelectorGate;
  const auto space = select_entry(list, selector, EntryKind::Space);
  if (!space) return 0;
  return ((space.value().rights & kEntryRead) != 0 ? uint64_t{kSelectorRead} : 0) |
         ((space.value().rights & kEntryWrite) != 0 ? uint64_t{kSelectorWrite} : 0);
}

uint64_t selector_rights(const Machine& machine, Selector selector) {
  return rights_of_selector(half_of(machine, selector), selector);
}

}  // namespace asx
