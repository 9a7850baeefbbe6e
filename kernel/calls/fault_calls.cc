// SPDX-License-Identifier: GPL-2.0-or-later
// What a recovery routine, a fault gate and a personality ask about the frames below them.
#include "kernel/arch/crossing.h"
#include "kernel/calls/arguments.h"
#include "kernel/fault/pager.h"
#include "kernel/fault/report.h"

namespace kernel::calls {

namespace {

/// The event frame that led into the caller as a fault gate or as a pager, or nullptr.
Frame* event_frame(const Caller& caller, bool as_pager) {
  Frame* frame = entry_frame(caller);
  if (frame == nullptr || frame->kind != FrameKind::Event) return nullptr;
  return ((frame->software & kPagerMark) != 0) == as_pager ? frame : nullptr;
}
Frame* fault_frame(const Caller& caller) {
  return event_frame(caller, false);
}

/// Whether the frame came by the gate that `syscall` enters from its space, and that gate is the caller's.
bool is_personality_of(const Caller& caller, const Frame& frame) {
  const Space* program = space_table().find(frame.cs_id, frame.cs_generation);
  if (program == nullptr) return false;
  const AccessListEntry* entry = program->list().find({static_cast<uint16_t>(program->descriptor().syscall_selector)});
  return entry != nullptr && entry->kind == EntryKind::Gate && entry->space_id == caller.code.id() &&
         entry->space_generation == caller.code.generation();
}

/// RFLAGS bits that POPF changes for a program: CF PF AF ZF SF DF OF AC ID. Interrupts stay on.
constexpr uint64_t kProgramFlags = 0x240cd5;

/// The frame below the caller, which must be one of a program that the caller is the personality of.
Result<Frame*> program_frame(const Caller& caller) {
  Frame* frame = entry_frame(caller);
  if (frame == nullptr) return Status::NotFound;
  if (!is_personality_of(caller, *frame)) return Status::NotPermitted;
  return frame;
}

constexpr auto kLastRegister = static_cast<uint64_t>(hop::FrameRegister::GsBase);

/// Where the frame holds a register, or nullptr.
uint64_t* frame_register(Frame& frame, uint64_t number) {
  switch (static_cast<hop::FrameRegister>(number)) {
    case hop::FrameRegister::Rip:
      return &frame.rip;
    case hop::FrameRegister::Flags:
      return &frame.rflags;
    case hop::FrameRegister::FsBase:
      return &frame.fs_base;
    case hop::FrameRegister::GsBase:
      return &frame.gs_base;
  }
  const bool is_held = frame.kind == FrameKind::Event || (restored_by_return() >> number & 1) != 0;
  return is_held ? &frame.gpr[number] : nullptr;
}

/// --return-stack=memory: what the callee's gret will believe in place of the frame, on the stack it was given; or
/// nullptr.
asx::ReturnRecord* return_record(Thread& thread, const Frame& frame) {
  const bool has_record = frame.kind == FrameKind::Call && frame.pool_slot != 0;
  if (!is_variant(asx::kVariantReturnInMemory) || !has_record) return nullptr;
  Space* callee = space_table().find(frame.gate_space, frame.gate_space_generation);
  Space* stack = space_table().find(frame.ss_id, frame.ss_generation);
  if (callee == nullptr || stack == nullptr) return nullptr;
  const uint64_t top = stack_pool::slot({frame.pool}, frame.pool_slot).rsp;
  const asx::VirtualAddress address{top - sizeof(asx::ReturnRecord)};
  const Result<Space*> space = resolve_space({thread, *callee, *stack}, address.selector().value, hop::kRightWrite);
  if (!space) return nullptr;
  const Result<PhysicalAddress> page = space.value()->frame(address.offset());
  return page ? at<asx::ReturnRecord>(page.value() + (address.value & asx::kPageMask)) : nullptr;
}

/// Makes the record say what has been written into the frame.
void update_return_record(Thread& thread, const Frame& frame) {
  asx::ReturnRecord* record = return_record(thread, frame);
  if (record == nullptr) return;
  record->rip = frame.rip;
  record->rsp = frame.gpr[asx::kRsp];
  record->rflags = frame.rflags;
  record->fs_base = frame.fs_base;
  record->gs_base = frame.gs_base;
}

}  // namespace

Reply fault_report(const Caller& caller, const Arguments& arguments) {
  const uint64_t destination = arguments[0];
  if (destination > 1) return Status::Invalid;
  if (destination == 1) report_fault(caller.thread, 1);
  return Status::Ok;
}

Reply fault_record(const Caller& caller, const Arguments& arguments) {
  const Frame* frame = fault_frame(caller);
  if (frame == nullptr) return Status::NotFound;
  switch (static_cast<hop::FaultItem>(arguments[0])) {
    case hop::FaultItem::Vector:
      return Reply(frame->vector);
    case hop::FaultItem::ErrorCode:
      return Reply(frame->error_code);
    case hop::FaultItem::Address:
      return Reply(frame->fault_address);
    case hop::FaultItem::Rip:
      return Reply(frame->rip);
    case hop::FaultItem::Rsp:
      return Reply(frame->gpr[asx::kRsp]);
    case hop::FaultItem::CodeSpace:
      return Reply(frame->cs_id);
  }
  return Status::Invalid;
}

Reply page_refuse(const Caller& caller, const Arguments&) {
  const Frame* frame = event_frame(caller, true);
  if (frame == nullptr) return Status::NotFound;
  refuse_page(caller.thread, *frame);
  return Status::Ok;
}

Reply fault_resume(const Caller& caller, const Arguments& arguments) {
  Frame* frame = fault_frame(caller);
  if (frame == nullptr) return Status::NotFound;
  frame->rip = arguments[0];
  frame->operand_mode = asx::OperandMode::Tagged;
  frame->gpr[asx::kRsp] = arguments[1];
  frame->gpr[asx::kRdi] = arguments[2];
  return Status::Ok;
}

Reply frame_set_base(const Caller& caller, const Arguments& arguments) {
  const uint64_t which = arguments[0], value = arguments[1];
  if (which > 1) return Status::Invalid;
  const Result<Frame*> frame = program_frame(caller);
  if (!frame) return frame.status();
  (which == 0 ? frame.value()->fs_base : frame.value()->gs_base) = value;
  update_return_record(caller.thread, *frame.value());
  return Status::Ok;
}

Reply frame_read(const Caller& caller, const Arguments& arguments) {
  if (arguments[0] > kLastRegister) return Status::Invalid;
  const Result<Frame*> frame = program_frame(caller);
  if (!frame) return frame.status();
  const uint64_t* place = frame_register(*frame.value(), arguments[0]);
  return place == nullptr ? Status::Invalid : Reply(0, *place);
}

Reply frame_write(const Caller& caller, const Arguments& arguments) {
  const uint64_t number = arguments[0], value = arguments[1];
  if (number > kLastRegister) return Status::Invalid;
  const Result<Frame*> frame = program_frame(caller);
  if (!frame) return frame.status();
  uint64_t* place = frame_register(*frame.value(), number);
  if (place == nullptr) return Status::Invalid;
  const bool is_flags = number == static_cast<uint64_t>(hop::FrameRegister::Flags);
  *place = is_flags ? (*place & ~kProgramFlags) | (value & kProgramFlags) : value;
  update_return_record(caller.thread, *frame.value());
  return Status::Ok;
}

}  // namespace kernel::calls
