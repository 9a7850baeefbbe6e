// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/memory/account.h"

#include "kernel/lib/assert.h"
#include "kernel/lib/bytes.h"

namespace kernel {

namespace {
constinit Account the_machines;
}

Account& machine_account() {
  return the_machines;
}

Status Account::charge(uint64_t bytes) {
  for (Account* account = this; account != nullptr; account = account->parent_) {
    const bool has_room = account->used_ <= account->limit_ && account->limit_ - account->used_ >= bytes;
    if (!has_room) {
      for (Account* charged = this; charged != account; charged = charged->parent_) charged->used_ -= bytes;
      return Status::OutOfMemory;
    }
    account->used_ += bytes;
  }
  return Status::Ok;
}

void Account::refund(uint64_t bytes) {
  for (Account* account = this; account != nullptr; account = account->parent_) {
    HOP_ASSERT(account->used_ >= bytes);
    account->used_ -= bytes;
  }
}

void Account::charge_again(uint64_t bytes) {
  for (Account* account = this; account != nullptr; account = account->parent_) account->used_ += bytes;
}

Status Account::move_to(Account& parent) {
  // What both have above them is charged for it already, so it is given back first; that it fits there again is sure.
  Account* const old = parent_;
  if (old != nullptr) old->refund(used_);
  const Status status = parent.charge(used_);
  if (status == Status::Ok) {
    parent_ = &parent;
  } else if (old != nullptr) {
    old->charge_again(used_);
  }
  return status;
}

uint32_t Account::depth() const {
  uint32_t depth = 0;
  for (const Account* account = parent_; account != nullptr; account = account->parent_) ++depth;
  return depth;
}

bool Account::is_above(const Account& other) const {
  const Account* account = &other;
  while (account != nullptr && account != this) account = account->parent_;
  return account == this;
}

Result<PhysicalAddress> allocate_frames(Account& account, unsigned order) {
  const uint64_t bytes = asx::kPageSize << order;
  if (const Status status = account.charge(bytes); status != Status::Ok) return status;
  const Result<PhysicalAddress> block = frames().allocate(order);
  if (!block) account.refund(bytes);
  return block;
}

Result<PhysicalAddress> allocate_zeroed_frames(Account& account, unsigned order) {
  const Result<PhysicalAddress> block = allocate_frames(account, order);
  if (block) zero_blocks(at<void>(block.value()), asx::kPageSize << order);
  return block;
}

void free_frames(Account& account, PhysicalAddress block, unsigned order) {
  frames().free(block, order);
  account.refund(asx::kPageSize << order);
}

}  // namespace kernel
