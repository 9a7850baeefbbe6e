// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/engine/operand_executor.h"

#include <algorithm>
#include <cassert>

namespace emu {
namespace {

using Kind = Slot::Kind;

constexpr std::array<int, 16> kRegisters = {UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX,
                                            UC_X86_REG_RSP, UC_X86_REG_RBP, UC_X86_REG_RSI, UC_X86_REG_RDI,
                                            UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R10, UC_X86_REG_R11,
                                            UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15};
constexpr uint64_t kZeroFlag = 1u << 6;

uint64_t read_register(uc_engine* engine, int name) {
  uint64_t value = 0;
  uc_reg_read(engine, name, &value);
  return value;
}

uint64_t low_half(uint64_t value) {
  return static_cast<uint32_t>(value);
}

int segment_register(InstructionLayout::Segment segment) {
  switch (segment) {
    case InstructionLayout::Segment::Es:
      return UC_X86_REG_ES;
    case InstructionLayout::Segment::Cs:
      return UC_X86_REG_CS;
    case InstructionLayout::Segment::Ss:
      return UC_X86_REG_SS;
    case InstructionLayout::Segment::Ds:
      return UC_X86_REG_DS;
    case InstructionLayout::Segment::Fs:
      return UC_X86_REG_FS;
    case InstructionLayout::Segment::Gs:
      return UC_X86_REG_GS;
    case InstructionLayout::Segment::None:
      break;
  }
  return UC_X86_REG_INVALID;
}

}  // namespace

uint64_t OperandExecutor::read(asx::Register number) const {
  return read_register(engine_, kRegisters[number]);
}

void OperandExecutor::write(asx::Register number, uint64_t value) const {
  uc_reg_write(engine_, kRegisters[number], &value);
}

void OperandExecutor::set_gs(uint64_t base) {
  if (has_own_gs_ && gs_ == base) return;
  if (!has_own_gs_) guest_gs_ = read_register(engine_, UC_X86_REG_GS_BASE);
  has_own_gs_ = true;
  gs_ = base;
  uc_reg_write(engine_, UC_X86_REG_GS_BASE, &base);
}

void OperandExecutor::give_back() {
  while (loan_count_ > 0) {
    const Loan& loan = loans_[--loan_count_];
    write(loan.number, loan.is_sum ? read(loan.number) - loan.value : loan.value);
  }
}

/// What the x87 unit keeps of its last instruction would name the copy, and GS.
void OperandExecutor::correct_x87() const {
  if (read_register(engine_, UC_X86_REG_FIP) != copy_of(address_)) return;
  uc_reg_write(engine_, UC_X86_REG_FIP, &address_);
  const int segment = segment_register(slot_->x87_segment);
  if (segment == UC_X86_REG_INVALID) return;
  const uint64_t selector = read_register(engine_, segment);
  const uint64_t address = effective(slot_->operand, address_ + slot_->length);
  uc_reg_write(engine_, UC_X86_REG_FDS, &selector);
  uc_reg_write(engine_, UC_X86_REG_FDP, &address);
}

void OperandExecutor::end(bool is_complete) {
  give_back();
  if (slot_ != nullptr && slot_->is_x87) correct_x87();
  if (slot_ != nullptr && slot_->writes_gs && is_complete) {
    guest_gs_ = read_register(engine_, UC_X86_REG_GS_BASE);
    has_own_gs_ = false;
  }
  slot_ = nullptr;
}

void OperandExecutor::settle(uint64_t rip) {
  end(rip != copy_of(address_));
  if (!has_own_gs_) return;
  uc_reg_write(engine_, UC_X86_REG_GS_BASE, &guest_gs_);
  has_own_gs_ = false;
}

bool OperandExecutor::is_within(uint64_t rip) const {
  if (slot_ == nullptr) return false;
  const uint64_t offset = rip - copy_of(address_);
  // after POPF the jump to the next copy is stepped, if POPF has set TF
  if (slot_->loads_flags && rip == copy_of(address_ + slot_->length)) return true;
  if (offset == 0 || offset >= kSlotSize) return false;
  const bool has_work = std::ranges::find(slot_->part_at, offset) != slot_->part_at.end();
  return has_work || (offset < slot_->done_at && offset < slot_->taken_at);
}

uint64_t OperandExecutor::bit_offset(const RewrittenOperand& operand) const {
  if (operand.bit_number == kNoRegister) return 0;
  auto bit = static_cast<int64_t>(read(static_cast<asx::Register>(operand.bit_number)));
  if (operand.bit_operand_log == 1) bit = static_cast<int16_t>(bit);
  if (operand.bit_operand_log == 2) bit = static_cast<int32_t>(bit);
  return static_cast<uint64_t>(bit >> (operand.bit_operand_log + 3)) << operand.bit_operand_log;
}

uint64_t OperandExecutor::effective(const RewrittenOperand& operand, uint64_t next) const {
  const AddressForm& form = operand.address;
  auto address = static_cast<uint64_t>(form.displacement);
  if (form.base.kind == asx::OperandBase::General) address += read(form.base.number);
  if (form.base.kind == asx::OperandBase::InstructionPointer) address += next;
  if (form.index != kNoRegister) address += read(static_cast<asx::Register>(form.index)) << form.shift;
  if (operand.adds_al) address += read(asx::kRax) & 0xff;
  address += bit_offset(operand);
  return form.is_32_bit ? low_half(address) : address;
}

uint64_t OperandExecutor::full_address(const RewrittenOperand& operand, uint64_t effective) {
  switch (operand.space) {
    case RewrittenOperand::Space::Selector:
      return asx::VirtualAddress::make(asx::selector_in(cpu_, operand.source), effective).value;
    case RewrittenOperand::Space::FsBase:
      return read_register(engine_, UC_X86_REG_FS_BASE) + effective;
    case RewrittenOperand::Space::GsBase:
      return (has_own_gs_ ? guest_gs_ : read_register(engine_, UC_X86_REG_GS_BASE)) + effective;
  }
  return effective;
}

void OperandExecutor::point(const RewrittenOperand& operand, uint8_t end, bool reads, bool writes) {
  const uint64_t wanted = effective(operand, address_ + slot_->length);
  const bool is_relative = operand.address.base.kind == asx::OperandBase::InstructionPointer;
  const uint64_t computed = is_relative ? effective(operand, copy_of(address_) + end) : wanted;
  const uint64_t full = full_address(operand, wanted);
  set_gs(full - computed);
  note(full, reads, writes);
}

void OperandExecutor::point_stack(uint64_t rsp, int64_t displacement, uint64_t offset, bool writes) {
  const asx::Selector selector = asx::selector_in(cpu_, asx::stack_selector(cpu_.operand_mode));
  const uint64_t full = asx::VirtualAddress::make(selector, offset).value;
  set_gs(full - (rsp + static_cast<uint64_t>(displacement)));
  access_count_ = 0;
  note(full, !writes, writes);
}

uint64_t OperandExecutor::tag(asx::Register number, asx::SelectorSource source, int64_t displacement) {
  const uint64_t value = read(number);
  const uint64_t plain = value + static_cast<uint64_t>(displacement);
  const uint64_t full = asx::VirtualAddress::make(asx::selector_in(cpu_, source), plain).value;
  if (full != plain) {
    lend(number, true, full - plain);
    write(number, value + (full - plain));
  }
  return full;
}

OperandExecutor::Next OperandExecutor::begin(const Slot& slot, uint64_t address) {
  slot_ = &slot;
  address_ = address;
  access_count_ = 0;
  switch (slot.kind) {
    case Kind::Plain:
      if (slot.writes_gs && has_own_gs_) {
        uc_reg_write(engine_, UC_X86_REG_GS_BASE, &guest_gs_);
        has_own_gs_ = false;
      }
      break;
    case Kind::Operand:
      point(slot.operand, slot.text_length, true, true);
      break;
    case Kind::String:
      if (slot.has_source) point(slot.operand, slot.text_length, true, false);
      note(tag(asx::kRdi, asx::string_target_selector(cpu_.operand_mode), 0), !slot.stores, slot.stores);
      break;
    case Kind::String32:
      return begin_string_32();
    case Kind::Stack:
      note(tag(asx::kRsp, asx::stack_selector(cpu_.operand_mode), slot.stores ? -slot.size : 0), !slot.stores,
           slot.stores);
      break;
    case Kind::CallRegister:
      target_ = read(slot.number);
      return call(target_);
    case Kind::Call:
    case Kind::CallFar:
      return call(slot.target);
    case Kind::JumpFar:
      return {Next::Where::Guest, slot.target};
    case Kind::JumpRegister:
      return {Next::Where::Guest, read(slot.number)};
    case Kind::CallMemory:
    case Kind::JumpMemory:
    case Kind::Return:
    case Kind::PushMemory:
    case Kind::PopMemory:
    case Kind::Leave: {
      const bool is_pop = slot.kind == Kind::PopMemory;
      save_temporary();
      if (is_pop) {
        const uint64_t rsp = read(asx::kRsp);
        point_stack(rsp, 0, rsp, false);
      } else {
        point(slot.operand, slot.text_length, true, false);
      }
      break;
    }
    case Kind::Enter:
      push_value(read(asx::kRsp));
      break;
    case Kind::ConditionalFar:
    case Kind::Refused:
    case Kind::Cut:
      break;
  }
  return {};
}

/// The return address, in the temporary register, is pushed.
OperandExecutor::Next OperandExecutor::call(uint64_t target) {
  target_ = target;
  save_temporary();
  write(slot_->temporary, address_ + slot_->length);
  push_value(read(asx::kRsp));
  return {};
}

/// The instruction is over: RSP changes, and the executor jumps.
OperandExecutor::Next OperandExecutor::leave_to(uint64_t target, uint64_t rsp_change) {
  give_back();
  if (rsp_change != 0) write(asx::kRsp, read(asx::kRsp) + rsp_change);
  return {Next::Where::Guest, target};
}

OperandExecutor::Next OperandExecutor::go_on(uint8_t offset) {
  if (slot_ == nullptr) return {};
  const Slot& slot = *slot_;
  const bool is_first = offset == slot.part_at[0], is_second = offset == slot.part_at[1];
  if (!is_first && !is_second && offset != slot.part_at[2]) return {};
  switch (slot.kind) {
    case Kind::CallFar:
    case Kind::CallRegister:
      return leave_to(target_, -uint64_t{slot.size});
    case Kind::CallMemory:
      if (is_second) return leave_to(target_, -uint64_t{slot.size});
      target_ = read(slot.temporary);
      write(slot.temporary, address_ + slot.length);
      push_value(read(asx::kRsp));
      return {};
    case Kind::JumpMemory:
      return leave_to(read(slot.temporary), 0);
    case Kind::ConditionalFar:
      return leave_to(slot.target, 0);
    case Kind::Return:
      return leave_to(read(slot.temporary), uint64_t{slot.size} + slot.amount);
    case Kind::PushMemory:
      if (is_first) {
        push_value(read(asx::kRsp));
        return {};
      }
      give_back();
      write(asx::kRsp, read(asx::kRsp) - slot.size);
      return {};
    case Kind::PopMemory:
      if (is_first) {
        // the address is computed with RSP already raised
        write(asx::kRsp, read(asx::kRsp) + slot.size);
        lend(asx::kRsp, true, slot.size);
        access_count_ = 0;
        point(slot.operand, static_cast<uint8_t>(slot.part_at[0] + slot.amount), false, true);
        return {};
      }
      --loan_count_;  // RSP
      give_back();
      return {};
    case Kind::Leave:
      return end_leave();
    case Kind::Enter:
      return go_on_with_enter(offset);
    case Kind::String32:
      return end_string_32();
    default:
      return {};
  }
}

OperandExecutor::Next OperandExecutor::end_leave() {
  const uint64_t loaded = read(slot_->temporary);
  give_back();
  const uint64_t rbp = read(asx::kRbp);
  write(asx::kRsp, rbp + slot_->size);
  constexpr uint64_t kLowWord = 0xffff;
  write(asx::kRbp, slot_->size == 8 ? loaded : (rbp & ~kLowWord) | (loaded & kLowWord));
  return {};
}

/// Between the parts of ENTER (Intel SDM volume 2): RBP is pushed; then level - 1 frame pointers are copied from below
/// RBP; then the frame's own address is pushed. No register of the guest's changes before the end.
OperandExecutor::Next OperandExecutor::go_on_with_enter(uint8_t offset) {
  const Slot& slot = *slot_;
  const uint64_t rsp = read(asx::kRsp), frame = rsp - slot.size;
  const auto place = [&](uint64_t from) { return from - uint64_t{slot.size} * level_; };
  if (offset == slot.part_at[0]) {
    if (loan_count_ == 0) {
      save_temporary();
      level_ = 1;
    }
    if (level_ < slot.levels) {
      point_stack(rsp, 0, place(read(asx::kRbp)), false);
      return {};
    }
    if (level_ == slot.levels) {
      write(slot.temporary, frame);
      return {Next::Where::Part, copy_of(address_) + slot.part_at[1]};
    }
  } else if (offset == slot.part_at[1]) {
    point_stack(rsp, -slot.size, place(frame), true);
    return {};
  } else if (level_++ < slot.levels) {
    return {Next::Where::Part, copy_of(address_) + slot.part_at[0]};
  }
  give_back();
  write(asx::kRbp, frame);
  write(asx::kRsp, frame - uint64_t{slot.size} * slot.levels - slot.amount);
  return {Next::Where::Guest, address_ + slot.length};
}

OperandExecutor::Next OperandExecutor::begin_string_32() {
  if (slot_->repeats && low_half(read(asx::kRcx)) == 0) return {Next::Where::Guest, address_ + slot_->length};
  const uint64_t rdi = read(asx::kRdi);
  if (slot_->has_source) {
    const uint64_t rsi = read(asx::kRsi);
    point(slot_->operand, slot_->text_length, true, false);
    lend(asx::kRsi, false, rsi);
    write(asx::kRsi, low_half(rsi));
  }
  lend(asx::kRdi, false, rdi);
  const asx::Selector selector = asx::selector_in(cpu_, asx::string_target_selector(cpu_.operand_mode));
  const uint64_t full = asx::VirtualAddress::make(selector, low_half(rdi)).value;
  write(asx::kRdi, full);
  note(full, !slot_->stores, slot_->stores);
  return {};
}

OperandExecutor::Next OperandExecutor::end_string_32() {
  keep();
  write(asx::kRdi, low_half(read(asx::kRdi)));
  if (slot_->has_source) write(asx::kRsi, low_half(read(asx::kRsi)));
  if (!slot_->repeats) return {};
  write(asx::kRcx, low_half(read(asx::kRcx) - 1));
  const uint64_t zero_flag = (read_register(engine_, UC_X86_REG_RFLAGS) & kZeroFlag) != 0 ? 1 : 0;
  const bool is_over = slot_->ends_with_zf == zero_flag;
  return {Next::Where::Guest, is_over ? address_ + slot_->length : address_};
}

}  // namespace emu
