// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/model/return_record.h"

#include <cassert>

#include "isa-ext/model/access_list.h"
#include "isa-ext/model/space.h"
#include "isa-ext/model/stack_pool.h"

namespace asx {
namespace {

bool is_aligned(VirtualAddress address) {
  return address.value % sizeof(ReturnRecord) == 0;  // so it never crosses a page
}

/// The record, by the checks of a data access in the sets of `cpu`. Device pages, which these would let pass, are
/// Addressing: a record lies in RAM.
Result<ReturnRecord*> record_at(const Machine& machine, const CpuState& cpu, VirtualAddress address, Access access,
                                Marks marks) {
  const Selector selector = address.selector();
  const auto fail = [&](AsCause cause) { return Fault::address_space(cause, access, AsOperation::Data, address); };
  const auto selected =
      select_entry(half_of(cpu, machine.memory, machine.variant, selector), selector, EntryKind::Space);
  if (!selected) return fail(selected.cause());
  const uint32_t right = access == Access::Write ? kEntryWrite : kEntryRead;
  if ((selected.value().rights & right) == 0) return fail(AsCause::Rights);
  SpaceDescriptor space = *selected.value().space;
  space.flags &= ~uint32_t{kSpaceIo};
  const bool is_privileged = (cpu.code.flags & kSpacePrivileged) != 0;
  const auto page = walk_page_tables(machine.memory, {space, address, access, is_privileged, marks});
  if (!page) return page.fault();
  auto* record = machine.memory.at<ReturnRecord>(page.value().page + (address.value & kPageMask));
  assert(record != nullptr);  // aligned, and in a page of RAM
  return record;
}

}  // namespace

Checked<ReturnRecord*> find_record(const Machine& machine, const LoadedSpace& callee, VirtualAddress address,
                                   Marks marks) {
  if (!is_aligned(address)) return AsCause::Addressing;
  CpuState inside = machine.cpu;
  inside.code = callee;
  const auto record = record_at(machine, inside, address, Access::Write, marks);
  if (!record) return AsCause::ReturnRecord;
  return record.value();
}

ReturnRecord record_of(const Frame& frame) {
  return {.cs_id = frame.cs_id,
          .cs_generation = frame.cs_generation,
          .ss_id = frame.ss_id,
          .ss_generation = frame.ss_generation,
          .rip = frame.rip,
          .rsp = frame.gpr[kRsp],
          .rflags = frame.rflags,
          .fs_base = frame.fs_base,
          .gs_base = frame.gs_base,
          .reserved = 0};
}

Result<Frame> frame_by_record(const Machine& machine, const Frame& frame, Marks marks) {
  const auto refuse = [](AsCause cause) { return Fault::address_space(cause, Access::None, AsOperation::Return, {}); };
  const auto slot = find_used_slot(machine.memory, {frame.pool}, frame.pool_slot);
  if (!slot) return refuse(slot.cause());
  const VirtualAddress address = record_address(*slot.value().slot);
  if (!is_aligned(address)) return refuse(AsCause::Addressing);
  const auto found = record_at(machine, machine.cpu, address, Access::Read, marks);
  if (!found) return found.fault();
  const ReturnRecord* record = found.value();

  Frame believed = frame;
  believed.cs_id = record->cs_id;
  believed.cs_generation = record->cs_generation;
  believed.ss_id = record->ss_id;
  believed.ss_generation = record->ss_generation;
  believed.rip = record->rip;
  believed.gpr[kRsp] = record->rsp;
  believed.rflags = record->rflags;
  believed.fs_base = record->fs_base;
  believed.gs_base = record->gs_base;
  return believed;
}

}  // namespace asx
