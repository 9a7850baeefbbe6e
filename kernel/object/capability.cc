// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/capability.h"

#include "kernel/arch/variant.h"

namespace kernel {

AccessListEntry space_entry(const Space& space, uint64_t rights) {
  AccessListEntry entry{};
  entry.flags = asx::kEntryValid | flags_of_rights(rights);
  entry.kind = EntryKind::Space;
  entry.space_id = space.id();
  entry.space_generation = space.generation();
  return entry;
}

AccessListEntry gate_entry(const GateName& gate, uint64_t rights) {
  AccessListEntry entry{};
  entry.flags = asx::kEntryValid | flags_of_rights(rights);
  entry.kind = EntryKind::Gate;
  entry.space_id = gate.space;
  entry.space_generation = gate.generation;
  entry.gate_index = gate.index;
  return entry;
}

AccessListEntry object_entry(Object& object, uint64_t rights) {
  AccessListEntry entry{};
  entry.flags = asx::kEntryValid | flags_of_rights(rights);
  entry.kind = EntryKind::Object;
  entry.object = reinterpret_cast<uint64_t>(&object);
  return entry;
}

AccessListEntry Capability::with_rights(uint64_t rights) const {
  AccessListEntry copy = entry;
  copy.flags = asx::kEntryValid | (entry.flags & flags_of_rights(rights));
  return copy;
}

namespace {

/// The list of the caller's half, or nullptr if its space has died.
const AccessList* list_of(const Caller& caller, asx::Half half) {
  if (half == asx::Half::Code) return &caller.code.list();  // with a common list: any code space has that
  if (!is_variant(asx::kVariantStackListOfThread)) return &caller.stack.list();
  const asx::ThreadBlock& block = caller.thread.block();
  const Space* owner = space_table().find(block.stack_list_id, block.stack_list_generation);
  return owner == nullptr ? nullptr : &owner->list();
}

/// The valid entry that an explicit slot has for the selector, or nullptr.
const AccessListEntry* find_entry(const Caller& caller, Selector selector) {
  const AccessList* list = list_of(caller, selector.half());
  return list == nullptr ? nullptr : list->find(selector);
}

}  // namespace

Result<Capability> resolve(const Caller& caller, uint64_t number) {
  if (number > 0xffff) return Status::BadHandle;
  const Selector selector{static_cast<uint16_t>(number)};
  const asx::Half half = selector.half();
  Space& loaded = half == asx::Half::Code ? caller.code : caller.stack;
  if (selector.index(AccessList::selector_bits) == 0) {
    // Entry 0 is implied: the space itself, without control.
    if (selector.slot_generation(AccessList::selector_bits) != 0) return Status::BadHandle;
    return Capability{space_entry(loaded, hop::kRightRead | hop::kRightWrite), &loaded};
  }
  if (has_common_list() && selector.value == hop::kSelf && loaded.is_granted_self()) {
    return Capability{space_entry(loaded, hop::kRightAll), &loaded};
  }
  const AccessListEntry* entry = find_entry(caller, selector);
  if (entry == nullptr) return Status::BadHandle;
  if (entry->kind == EntryKind::Object) return Capability{*entry, nullptr};
  Space* space = space_table().find(entry->space_id, entry->space_generation);
  if (space == nullptr) return Status::BadHandle;
  if (entry->kind == EntryKind::Gate && space->gate(entry->gate_index) == nullptr) return Status::BadHandle;
  return Capability{*entry, space};
}

Result<Space*> resolve_space(const Caller& caller, uint64_t selector, uint64_t rights) {
  if (selector == hop::kStackSpace && (rights & hop::kRightControl) == 0) return &caller.stack;  // implied
  const Result<Capability> found = resolve(caller, selector);
  if (!found) return found.status();
  if (found.value().kind() != EntryKind::Space) return Status::BadHandle;
  if (!found.value().has_rights(rights)) return Status::NotPermitted;
  return found.value().space;
}

Result<ResolvedGate> resolve_gate(const Caller& caller, uint64_t number, uint64_t rights) {
  if (number > 0xffff) return Status::BadHandle;
  const AccessListEntry* entry = find_entry(caller, Selector{static_cast<uint16_t>(number)});
  if (entry == nullptr || entry->kind != EntryKind::Gate) return Status::BadHandle;
  Space* space = space_table().find(entry->space_id, entry->space_generation);
  asx::Gate* gate = space == nullptr ? nullptr : space->gate(entry->gate_index);
  if (gate == nullptr) return Status::BadHandle;
  if ((rights_of_flags(entry->flags) & rights) != rights) return Status::NotPermitted;
  return ResolvedGate{{entry->space_id, entry->space_generation, entry->gate_index}, space, gate};
}

Result<Object*> resolve_object(const Caller& caller, uint64_t selector, ObjectKind kind, uint64_t rights) {
  const Result<Capability> found = resolve(caller, selector);
  if (!found) return found.status();
  if (found.value().kind() != EntryKind::Object) return Status::BadHandle;
  auto* object = reinterpret_cast<Object*>(found.value().entry.object);
  if (object->kind != kind) return Status::BadHandle;
  if (!found.value().has_rights(rights)) return Status::NotPermitted;
  return object;
}

Result<EventSource*> resolve_event(const Caller& caller, uint64_t selector, uint64_t rights) {
  const Result<Object*> event = resolve_object(caller, selector, ObjectKind::EventSource, rights);
  if (!event) return event.status();
  return static_cast<EventSource*>(event.value());
}

}  // namespace kernel
