// SPDX-License-Identifier: GPL-2.0-or-later
// Writes one slot: part of rewriter.cc, and shared only with slot_transfers.cc.
#pragma once
#include <cassert>
#include <cstring>
#include <initializer_list>

#include "emu/engine/rewriter.h"

namespace emu {

inline constexpr uint8_t kNop = 0x90;

[[nodiscard]] inline asx::OperandBase base_of(asx::Register number) {
  return {asx::OperandBase::General, number};
}

[[nodiscard]] inline asx::SegmentPrefix prefix_of(InstructionLayout::Segment segment) {
  switch (segment) {
    case InstructionLayout::Segment::Es:
      return asx::SegmentPrefix::Es;
    case InstructionLayout::Segment::Cs:
      return asx::SegmentPrefix::Cs;
    case InstructionLayout::Segment::Ss:
      return asx::SegmentPrefix::Ss;
    case InstructionLayout::Segment::Ds:
      return asx::SegmentPrefix::Ds;
    case InstructionLayout::Segment::None:
    case InstructionLayout::Segment::Fs:
    case InstructionLayout::Segment::Gs:
      break;
  }
  return asx::SegmentPrefix::None;
}

[[nodiscard]] inline int64_t read_signed(std::span<const uint8_t> bytes) {
  uint64_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  const unsigned unused = 64 - 8 * static_cast<unsigned>(bytes.size());
  return static_cast<int64_t>(value << unused) >> unused;
}

[[nodiscard]] inline uint64_t read_unsigned(std::span<const uint8_t> bytes) {
  uint64_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  return value;
}

/// Writes one slot.
class SlotWriter {
 public:
  SlotWriter(Decoder& decoder, asx::OperandMode mode, std::span<const uint8_t> code, uint64_t address)
      : decoder_(decoder), mode_(mode), code_(code), address_(address) {}

  [[nodiscard]] RewrittenInstruction write() {
    write_whole();
    assert(at_ <= kSlotSize);
    return result_;
  }

 private:
  [[nodiscard]] Slot& slot() { return result_.slot; }
  [[nodiscard]] uint64_t next() const { return address_ + result_.slot.length; }
  [[nodiscard]] uint8_t opcode() const { return layout_.opcode; }

  void add(std::initializer_list<int> bytes) {
    for (const int byte : bytes) result_.text[at_++] = static_cast<uint8_t>(byte);
  }
  void add(const InstructionText& text) {
    for (uint8_t i = 0; i < text.length; ++i) result_.text[at_++] = text.bytes[i];
  }
  void add_number(uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) result_.text[at_++] = static_cast<uint8_t>(value >> 8 * i);
  }
  void first_ends() { slot().text_length = at_; }

  /// The jump that ends the block: to a copy, or over nothing, so that the executor is asked at the next part.
  bool jump(uint64_t target) {
    add({0xe9});
    add_number(copy_of(target) - (copy_of(address_) + at_ + 4), 4);
    block_ends();
    return true;
  }
  void ask() {
    add({0xeb, 0});
    block_ends();
  }
  void block_ends() {
    if (slot().block_length == 0) slot().block_length = at_;
  }
  void part(unsigned number) { slot().part_at[number] = at_; }
  /// The instruction is complete, and goes on with the next.
  bool finish() {
    slot().done_at = at_;
    return jump(next());
  }
  [[nodiscard]] bool is_near(uint64_t target) const {
    const auto distance = static_cast<int64_t>(copy_of(target) - copy_of(address_));
    constexpr int64_t kReach = int64_t{1} << 30;
    return target <= asx::kOffsetMask && distance > -kReach && distance < kReach;
  }

  // All that write an instruction return true: it has been written.
  bool refuse(uint32_t vector) {
    slot().kind = Slot::Kind::Refused;
    slot().vector = static_cast<uint8_t>(vector);
    return jump_by_executor();
  }
  bool jump_by_executor() {
    add({kNop});
    return true;
  }
  void write_undefined() {  // what makes the engine ask what stands there
    add({0x0f, 0x0b});
    first_ends();
    slot().block_length = at_;
  }

  [[nodiscard]] RewrittenOperand operand_at(const AddressForm& form) const {
    RewrittenOperand operand;
    operand.address = form;
    operand.address.is_32_bit = layout_.has_address_32;
    if (layout_.segment == InstructionLayout::Segment::Fs) operand.space = RewrittenOperand::Space::FsBase;
    if (layout_.segment == InstructionLayout::Segment::Gs) operand.space = RewrittenOperand::Space::GsBase;
    if (operand.space == RewrittenOperand::Space::Selector) {
      operand.source = asx::operand_selector(mode_, form.base, prefix_of(layout_.segment));
    }
    return operand;
  }
  [[nodiscard]] RewrittenOperand operand_through(asx::Register base) const {
    AddressForm form;
    form.base = base_of(base);
    return operand_at(form);
  }
  [[nodiscard]] RewrittenOperand stack_operand(int64_t displacement) const {
    RewrittenOperand operand;
    operand.address.base = base_of(asx::kRsp);
    operand.address.displacement = displacement;
    operand.source = asx::stack_selector(mode_);
    return operand;
  }

  void write_whole();
  void write_known();
  [[nodiscard]] bool write_one_byte();
  [[nodiscard]] bool write_two_byte();
  bool write_plain();
  bool push_register(asx::Register source);
  bool write_operand(const RewrittenOperand& operand);
  bool write_string(bool has_source, bool stores);
  bool write_string_32();
  bool write_lea();
  bool write_stack(bool pushes);
  bool write_push(const InstructionText& store);
  bool write_pop(asx::Register target);
  bool write_push_memory();
  bool write_pop_memory();
  bool write_leave();
  bool write_enter();
  bool write_return();
  bool write_call();
  bool write_indirect(Slot::Kind through_register, Slot::Kind through_memory);
  bool write_jump();
  bool write_conditional();
  bool write_loop();
  void take_target(unsigned bytes) { slot().target = next() + static_cast<uint64_t>(read_signed(code_.last(bytes))); }
  /// mov [rsp-size], register; mov register, [rsp]: both through GS.
  void add_push(asx::Register source);
  void add_pop(asx::Register target);
  void choose_temporary();
  [[nodiscard]] bool has_operand_16() const { return layout_.has_operand_16 && !layout_.has_rex_w(); }
  [[nodiscard]] asx::Register register_in_opcode() const {
    return static_cast<asx::Register>((opcode() & 7) | (layout_.rex & 1u) << 3);
  }
  [[nodiscard]] asx::Register register_in_modrm() const {
    return static_cast<asx::Register>((code_[layout_.modrm_at] & 7) | (layout_.rex & 1u) << 3);
  }

  Decoder& decoder_;
  const asx::OperandMode mode_;
  std::span<const uint8_t> code_;
  const uint64_t address_;
  InstructionLayout layout_;
  RewrittenInstruction result_;
  uint8_t at_ = 0;
};

}  // namespace emu
