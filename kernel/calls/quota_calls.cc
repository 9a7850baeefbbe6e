// SPDX-License-Identifier: GPL-2.0-or-later
// Quotas: who pays for memory.
#include "kernel/calls/arguments.h"

namespace kernel::calls {

namespace {

/// Selector 0: that of the caller's code.
Result<Quota*> resolve_quota(const Caller& caller, uint64_t selector, uint64_t rights) {
  if (selector == 0) return &caller.code.quota();
  const Result<Object*> object = resolve_object(caller, selector, ObjectKind::Quota, rights);
  if (!object) return object.status();
  return static_cast<Quota*>(object.value());
}

}  // namespace

Reply quota_create(const Caller& caller, const Arguments& arguments) {
  const Result<Quota*> parent = resolve_quota(caller, arguments[0], hop::kRightWrite);
  if (!parent) return parent.status();
  const Result<Quota*> quota = create_quota(*parent.value(), arguments[1]);
  if (!quota) return quota.status();
  return give_to_caller(caller, object_entry(*quota.value(), hop::kRightAll));
}

Reply quota_read(const Caller& caller, const Arguments& arguments) {
  const Result<Quota*> quota = resolve_quota(caller, arguments[0], hop::kRightRead);
  if (!quota) return quota.status();
  return Reply(0, arguments[1] == 0 ? quota.value()->account.used() : quota.value()->account.limit());
}

Reply quota_set_limit(const Caller& caller, const Arguments& arguments) {
  if (arguments[0] == 0) return Status::NotPermitted;
  const Result<Quota*> quota = resolve_quota(caller, arguments[0], hop::kRightControl);
  if (!quota) return quota.status();
  quota.value()->account.set_limit(arguments[1]);
  return Status::Ok;
}

Reply quota_reclaim(const Caller& caller, const Arguments& arguments) {
  if (arguments[0] == 0) return Status::NotPermitted;
  const Result<Quota*> quota = resolve_quota(caller, arguments[0], hop::kRightControl);
  if (!quota) return quota.status();
  acquire(*quota.value());  // the selector may lie in one of the spaces
  space_table().for_each([&](Space& space) {
    if (space.id() == asx::kKernelSpaceId || !quota.value()->account.is_above(space.quota().account)) return;
    const uint32_t id = space.id();
    Space::destroy(space);
    abandon_space(id);
  });
  release(*quota.value());
  return Status::Ok;
}

Reply space_set_quota(const Caller& caller, const Arguments& arguments) {
  const Result<Space*> space = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!space) return space.status();
  const Result<Quota*> quota = resolve_quota(caller, arguments[1], hop::kRightWrite);
  if (!quota) return quota.status();
  return space.value()->set_quota(*quota.value());
}

}  // namespace kernel::calls
