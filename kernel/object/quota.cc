// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/quota.h"

#include "kernel/memory/object_cache.h"

namespace kernel {

namespace {
constinit ObjectCache<Quota> quotas;
constinit Quota first;
constexpr uint32_t kDeepest = 16;  ///< every charge walks up
}  // namespace

Quota& first_quota() {
  if (first.account.parent() == nullptr) first.account.open(&machine_account(), ~uint64_t{0});
  return first;
}

Result<Quota*> create_quota(Quota& parent, uint64_t limit) {
  if (parent.account.depth() >= kDeepest) return Status::NoSpace;
  Quota* quota = create_paid(quotas, parent, sizeof(Quota));
  if (quota == nullptr) return Status::OutOfMemory;
  quota->account.open(&parent.account, limit);
  return quota;
}

void destroy(Quota& quota) {
  HOP_ASSERT(quota.account.used() == 0);
  quotas.destroy(&quota);
}

void repay(Quota* payer, uint64_t bytes) {
  if (payer == nullptr) return;
  payer->account.refund(bytes);
  release(*payer);
}

}  // namespace kernel
