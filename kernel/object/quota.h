// SPDX-License-Identifier: GPL-2.0-or-later
// A quota: memory that spaces, threads and objects together may take, as an object. Quotas form a tree; what is charged
// to one is charged to those above it. Decision 0013.
#pragma once
#include "kernel/memory/account.h"
#include "kernel/object/object.h"

namespace kernel {

struct Quota : Object {
  constexpr Quota() : Object(ObjectKind::Quota) {}
  Account account;
};

/// That of the services which the kernel starts: without limit but the machine's.
[[nodiscard]] Quota& first_quota();

/// A quota below another one, with one reference. OutOfMemory: it costs its own size; NoSpace: below too many others.
Result<Quota*> create_quota(Quota& parent, uint64_t limit);
void destroy(Quota& quota);

/// A new object, of `bytes` bytes, that the quota pays for, or nullptr. It holds a reference to the quota. `Cache`
/// makes it, and its destroy() is to be followed by repay().
template <typename Cache>
[[nodiscard]] auto create_paid(Cache& cache, Quota& quota, uint64_t bytes) -> decltype(cache.create()) {
  if (quota.account.charge(bytes) != Status::Ok) return nullptr;
  auto* object = cache.create();
  if (object == nullptr) {
    quota.account.refund(bytes);
    return nullptr;
  }
  object->payer = &quota;
  object->charged = static_cast<uint32_t>(bytes);
  acquire(quota);
  return object;
}

/// What an object that has been destroyed has cost.
void repay(Quota* payer, uint64_t bytes);

}  // namespace kernel
