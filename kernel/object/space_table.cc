// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/space_table.h"

#include "kernel/arch/cpu.h"
#include "kernel/memory/frame_allocator.h"

namespace kernel {

namespace {
constinit SpaceTable machine_space_table;
}

SpaceTable& space_table() {
  return machine_space_table;
}

Status SpaceTable::initialize(PhysicalAddress boot_table) {
  const auto table = frames().allocate_zeroed(order_for(kSpaces * sizeof(asx::SpaceDescriptor)));
  const auto records = frames().allocate_zeroed(order_for(kSpaces * sizeof(Space*)));
  if (!table || !records) return Status::OutOfMemory;
  table_ = table.value();
  records_ = records.value();
  descriptor(asx::kKernelSpaceId) = at<asx::SpaceDescriptor>(boot_table)[asx::kKernelSpaceId];
  fresh_ = asx::kKernelSpaceId + 1;
  put_in_force();
  return Status::Ok;
}

void SpaceTable::put_in_force() const {
  cpu::set_space_table(table_, kSpaces);
  cpu::invalidate_all();
}

Result<uint32_t> SpaceTable::allocate() {
  uint32_t id = first_free_;
  if (id != 0) {
    first_free_ = descriptor(id).list_length;
    descriptor(id).list_length = 0;
  } else if (fresh_ < kSpaces) {
    id = fresh_++;
  } else {
    return Status::OutOfMemory;
  }
  return id;
}

void SpaceTable::retire(uint32_t id) {
  ++deaths_;
  const uint32_t generation = descriptor(id).generation + 1;
  descriptor(id) = {};
  descriptor(id).generation = generation;
  spaces()[id] = nullptr;
  cpu::invalidate(id);
  if (generation == ~uint32_t{0}) return;  // it would come again: this id is never used again
  descriptor(id).list_length = first_free_;
  first_free_ = id;
}

}  // namespace kernel
