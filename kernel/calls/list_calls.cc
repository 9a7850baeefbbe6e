// SPDX-License-Identifier: GPL-2.0-or-later
// Access lists, and the baggage by which entries travel along with a thread.
#include "kernel/calls/arguments.h"

namespace kernel::calls {

Reply list_insert(const Caller& caller, const Arguments& arguments) {
  const uint64_t index = arguments[1], rights = arguments[3];
  if (index >= AccessList::longest() || rights > hop::kRightAll) return Status::Invalid;
  const Result<Space*> target = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!target) return target.status();
  const Result<Capability> source = resolve(caller, arguments[2]);
  if (!source) return source.status();
  AccessListEntry entry = source.value().with_rights(rights);
  acquire_object(entry);
  const Result<Selector> selector = target.value()->insert_entry(static_cast<uint32_t>(index), entry);
  if (selector) return Reply(selector.value().value);
  release_object(entry);
  return selector.status();
}

Reply list_remove(const Caller& caller, const Arguments& arguments) {
  const uint64_t selector = arguments[1];
  if (selector > 0xffff) return Status::BadHandle;
  const Result<Space*> target = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!target) return target.status();
  return target.value()->remove_entry({static_cast<uint16_t>(selector)});
}

Reply transfer_put(const Caller& caller, const Arguments& arguments) {
  const uint64_t slot = arguments[0], rights = arguments[2];
  if (slot >= kBaggageSlots || rights > hop::kRightAll) return Status::Invalid;
  const Result<Capability> source = resolve(caller, arguments[1]);
  if (!source) return source.status();
  AccessListEntry& place = caller.thread.baggage[slot];
  const AccessListEntry entry = source.value().with_rights(rights);
  acquire_object(entry);
  release_object(place);
  place = entry;
  return Status::Ok;
}

Reply transfer_take(const Caller& caller, const Arguments& arguments) {
  const uint64_t slot = arguments[0];
  if (slot >= kBaggageSlots) return Status::Invalid;
  AccessListEntry& place = caller.thread.baggage[slot];
  if ((place.flags & asx::kEntryValid) == 0) return Status::NotFound;
  const Result<Selector> selector = caller.code.insert_entry(0, place);
  if (!selector) return selector.status();
  place = {};
  return Reply(selector.value().value);
}

}  // namespace kernel::calls
