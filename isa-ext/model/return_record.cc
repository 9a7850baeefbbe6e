// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/model/return_record.h"

#include "isa-ext/model/stack_pool.h"
#include "isa-ext/model/translate.h"

namespace asx {
namespace {

bool is_aligned(VirtualAddress address) {
  return address.value % sizeof(ReturnRecord) == 0;  // so it never crosses a page
}

ReturnRecord* record_in(const Machine& machine, const Translation& translation, VirtualAddress address) {
  return machine.memory.at<ReturnRecord>(translation.page + (address.value & kPageMask));
}

}  // namespace

Checked<ReturnRecord*> find_record(const Machine& machine, const LoadedSpace& callee, VirtualAddress address) {
  if (!is_aligned(address)) return AsCause::Addressing;
  CpuState inside = machine.cpu;
  inside.code = callee;
  const auto page = translate(inside, machine.memory, machine.variant, address, Access::Write);
  if (!page) return AsCause::ReturnRecord;
  ReturnRecord* record = record_in(machine, page.value(), address);
  if (record == nullptr) return AsCause::Addressing;
  return record;
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

Result<Frame> frame_by_record(const Machine& machine, const Frame& frame) {
  const auto refuse = [](AsCause cause) { return Fault::address_space(cause, Access::None, AsOperation::Return, {}); };
  const auto slot = find_used_slot(machine.memory, {frame.pool}, frame.pool_slot);
  if (!slot) return refuse(slot.cause());
  const VirtualAddress address = record_address(*slot.value().slot);
  if (!is_aligned(address)) return refuse(AsCause::Addressing);
  const auto page = translate(machine.cpu, machine.memory, machine.variant, address, Access::Read);
  if (!page) return page.fault();
  const ReturnRecord* record = record_in(machine, page.value(), address);
  if (record == nullptr) return refuse(AsCause::Addressing);

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
