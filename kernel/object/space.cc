// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/space.h"

#include "kernel/arch/cpu.h"
#include "kernel/lib/assert.h"
#include "kernel/memory/object_cache.h"
#include "kernel/object/capability.h"

namespace kernel {

namespace {
constinit ObjectCache<Space> spaces;
}

Result<Space*> Space::create(const Options& options) {
  Space* space = spaces.create();
  if (space == nullptr) return Status::OutOfMemory;
  space->account_.open(&options.quota->account, ~uint64_t{0});
  space->quota_ = options.quota;
  const Status status = space->create_parts(options);
  if (status == Status::Ok) return space;
  spaces.destroy(space);
  return status;
}

Status Space::create_parts(const Options& options) {
  const Result<uint32_t> id = space_table().allocate();
  if (!id) return id.status();
  id_ = id.value();
  Status status = account_.charge(sizeof(Space));
  if (status == Status::Ok && (status = pages_.create()) != Status::Ok) account_.refund(sizeof(Space));
  if (status == Status::Ok && (status = list_.create(options.list_length, account_)) != Status::Ok) {
    pages_.destroy();
    account_.refund(sizeof(Space));
  }
  if (status != Status::Ok) {
    space_table().retire(id_);
    return status;
  }
  acquire(*quota_);
  space_table().attach(id_, *this);
  asx::SpaceDescriptor& own = descriptor();
  const uint32_t generation = own.generation;
  own = {};
  own.flags = asx::kSpaceValid | options.flags;
  own.generation = generation;
  own.page_table_root = pages_.root().value;
  own.list = list_.address().value;
  own.list_length = list_.length();
  own.authority = options.authority;
  for (unsigned i = 0; i < sizeof own.name; ++i) own.name[i] = options.name[i];
  cpu::invalidate(id_);
  return Status::Ok;
}

Result<Space*> Space::adopt_kernel_space() {
  Space* space = spaces.create();
  if (space == nullptr) return Status::OutOfMemory;
  space->id_ = asx::kKernelSpaceId;
  space_table().attach(space->id_, *space);
  if (!has_common_list()) return space;
  if (const Status status = common_list().create(AccessList::longest(), machine_account()); status != Status::Ok)
    return status;
  space->descriptor().list = common_list().address().value;
  space->descriptor().list_length = common_list().length();
  cpu::invalidate(space->id_);
  return space;
}

void Space::destroy(Space& space) {
  HOP_ASSERT(space.id_ != asx::kKernelSpaceId);
  if (space.is_code() && has_common_list()) {
    common_list().remove_all_of(space.id_);
    space.list_changed();
  }
  space_table().retire(space.id_);
  space.destroy_parts();
  spaces.destroy(&space);
}

void Space::destroy_parts() {
  regions_.remove_all();
  release_pages({0, kSpaceLimit});
  pages_.destroy();
  list_.destroy(account_);
  gates_.destroy(account_);
  if (pool_.value != 0) free_frames(account_, pool_, 0);
  account_.refund(sizeof(Space));
  HOP_ASSERT(account_.used() == 0);
  release(*quota_);
}

Status Space::set_quota(Quota& quota) {
  if (const Status status = account_.move_to(quota.account); status != Status::Ok) return status;
  acquire(quota);
  release(*quota_);
  quota_ = &quota;
  return Status::Ok;
}

void Space::check_memory(MemoryCheck& check) {
  account_.count(sizeof(Space) + check.add_space(pages_, regions_));
  account_.count(list_.bytes() + gates_.bytes() + (pool_.value != 0 ? asx::kPageSize : 0));
  if (account_.take_count() != account_.used()) check.report("a space is charged with what it does not have", id_);
}

Result<Selector> Space::insert_entry(uint32_t index, const AccessListEntry& entry) {
  if (is_code() && index == asx::kArgumentIndex) return Status::Invalid;  // nobody would ever reach it
  AccessList& mine = changeable_list();
  const Result<uint32_t> slot = mine.insert(index, entry);
  if (!slot) return slot.status();
  const bool is_common = &mine == &common_list();
  if (is_common) mine.set_inserter(slot.value(), id_);
  cpu::invalidate(is_common ? asx::kKernelSpaceId : id_);
  return mine.selector(is_code() ? asx::Half::Code : asx::Half::Stack, slot.value());
}

void Space::list_changed() const {
  cpu::invalidate(&list() == &common_list() ? asx::kKernelSpaceId : id_);
}

Status Space::grant_self() {
  is_granted_self_ = true;
  if (is_code() && has_common_list()) return Status::Ok;
  return insert_entry(hop::kSelf, space_entry(*this, hop::kRightAll)).status();
}

Status Space::remove_entry(Selector selector) {
  const Status status = changeable_list().remove(selector);
  list_changed();
  return status;
}

void Space::set_syscall_selector(uint32_t selector) {
  descriptor().syscall_selector = selector;
  cpu::invalidate(id_);
}

Result<uint32_t> Space::add_gate(const asx::Gate& gate) {
  const Result<uint32_t> index = gates_.add(gate, account_);
  if (!index) return index;
  descriptor().gate_table = gates_.address().value;
  descriptor().gate_count = gates_.count();
  cpu::invalidate(id_);
  return index;
}

void Space::close_gate(uint32_t index) {
  gates_.find(index)->flags &= ~asx::kGateValid;
  cpu::invalidate(id_);
}

Result<PhysicalAddress> Space::stack_pool() {
  if (pool_.value == 0) {
    const Result<PhysicalAddress> pool = stack_pool::create(account_);
    if (!pool) return pool;
    pool_ = pool.value();
  }
  return pool_;
}

}  // namespace kernel
