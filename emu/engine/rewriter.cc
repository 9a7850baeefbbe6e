// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/engine/rewriter.h"

#include <algorithm>

#include "emu/engine/slot_writer.h"
#include "isa-ext/encoding/instruction.h"

namespace emu {

using Kind = Slot::Kind;
using Segment = InstructionLayout::Segment;

namespace {

/// Whether no continuation makes an instruction of these bytes.
bool is_hopeless(Decoder& decoder, std::span<const uint8_t> code) {
  std::array<uint8_t, kMaximumX86Length> bytes;
  for (const uint8_t filler : {0x00, 0xc0, 0x05}) {
    bytes.fill(filler);
    std::ranges::copy(code, bytes.begin());
    if (decoder.decode(bytes)) return false;
  }
  return true;
}

bool may_become_extension(std::span<const uint8_t> code) {
  if (!code.empty() && (code[0] & 0xf0) == 0x40) code = code.subspan(1);
  constexpr uint8_t kOurs[] = {0x0f, 0x0a};
  return code.size() < 4 && std::equal(code.begin(), code.begin() + std::min<ptrdiff_t>(std::ssize(code), 2), kOurs);
}

}  // namespace

void SlotWriter::write_whole() {
  slot().crosses_page = false;
  if (const auto extension = asx::decode(code_)) {
    slot().length = extension->length;
    write_undefined();
  } else if (const auto decoded = decoder_.decode(code_)) {
    slot().length = decoded->length;
    code_ = code_.first(decoded->length);
    layout_ = examine_instruction(code_, decoded->modrm_at);
    write_known();
  } else {
    slot().length = 1;
    const bool is_cut =
        code_.size() < kMaximumX86Length && (may_become_extension(code_) || !is_hopeless(decoder_, code_));
    if (is_cut) slot().kind = Kind::Cut;
    write_undefined();
  }
  const uint64_t last = address_ + slot().length - 1;
  slot().crosses_page = (last & ~asx::kPageMask) != (address_ & ~asx::kPageMask);
}

void SlotWriter::write_known() {
  slot().is_x87 = layout_.map == 0 && (opcode() & 0xf8) == 0xd8;
  if (slot().is_x87 && layout_.has_memory) {
    const asx::OperandBase& base = layout_.address.base;
    const bool is_on_stack =
        base.kind == asx::OperandBase::General && (base.number == asx::kRsp || base.number == asx::kRbp);
    const Segment usual = is_on_stack ? Segment::Ss : Segment::Ds;
    slot().x87_segment = layout_.segment == Segment::None ? usual : layout_.segment;
  }
  if (const auto refused = decoder_.find_refused(code_)) {
    refuse(refused->vector);
    return;
  }
  const bool is_written = layout_.map == 0 ? write_one_byte() : layout_.map == 1 && write_two_byte();
  if (is_written) return;
  if (layout_.has_memory) {
    write_operand(operand_at(layout_.address));
  } else {
    write_plain();
  }
}

/// False if there is nothing special about the opcode.
bool SlotWriter::write_one_byte() {
  const uint8_t extension = layout_.modrm_at != 0 ? layout_.extension(code_) : 0;
  const uint8_t code = opcode();
  const bool is_group_5 = code == 0xff && layout_.modrm_at != 0;
  const bool is_near_branch = (code & 0xf0) == 0x70 || (code >= 0xe0 && code <= 0xe3) || code == 0xe8 || code == 0xe9 ||
                              code == 0xeb || code == 0xc2 || code == 0xc3 ||
                              (is_group_5 && (extension == 2 || extension == 4));
  const bool is_stack = (code & 0xf0) == 0x50 || code == 0x68 || code == 0x6a || code == 0x8f || code == 0xc8 ||
                        code == 0xc9 || (is_group_5 && extension == 6);
  if (is_near_branch && has_operand_16()) return refuse(asx::kVectorInvalidOpcode);
  if (is_stack && has_operand_16()) slot().size = 2;

  if (code >= 0x50 && code <= 0x57) return push_register(register_in_opcode());
  if (code >= 0x58 && code <= 0x5f) return write_pop(register_in_opcode());
  if ((code & 0xf0) == 0x70) return write_conditional();
  if (is_group_5) {
    if (extension == 2) return write_indirect(Kind::CallRegister, Kind::CallMemory);
    if (extension == 4) return write_indirect(Kind::JumpRegister, Kind::JumpMemory);
    if (extension != 6) return false;
    if (layout_.has_memory) return write_push_memory();
    return push_register(register_in_modrm());
  }
  switch (code) {
    case 0x68:
    case 0x6a: {
      // mov [rsp-size], immediate
      InstructionText store;
      store.add(0x65);
      if (slot().size == 2) store.add(0x66);
      if (slot().size == 8) store.add(0x48);
      for (const int byte : {0xc7, 0x44, 0x24, -slot().size}) store.add(static_cast<uint8_t>(byte));
      const unsigned given = code == 0x6a ? 1 : slot().size == 2 ? 2 : 4;
      const auto value = static_cast<uint64_t>(read_signed(code_.last(given)));
      for (unsigned i = 0; i < (slot().size == 2 ? 2u : 4u); ++i) store.add(static_cast<uint8_t>(value >> 8 * i));
      return write_push(store);
    }
    case 0x8d:
      return write_lea();
    case 0x8e:
      slot().writes_gs = extension == 5;
      return false;
    case 0x8f: {
      // elsewhere in this byte's room lies XOP
      const bool is_pop = layout_.opcode_at + size_t{1} < code_.size() && (code_[layout_.opcode_at + 1] & 0x38) == 0;
      if (!is_pop) return refuse(asx::kVectorInvalidOpcode);
      if (layout_.has_memory) return write_pop_memory();
      return write_pop(register_in_modrm());
    }
    case 0x9c:
    case 0x9d:
      slot().loads_flags = code == 0x9d;
      return write_stack(code == 0x9c);
    case 0xca:  // far returns: there is no segment to return to
    case 0xcb:
    case 0xcf:
      return refuse(asx::kVectorGeneralProtection);
    case 0xa0:
    case 0xa1:
    case 0xa2:
    case 0xa3: {
      AddressForm form;
      const unsigned bytes = layout_.has_address_32 ? 4 : 8;
      form.displacement = static_cast<int64_t>(read_unsigned(code_.last(bytes)));
      return write_operand(operand_at(form));
    }
    case 0xa4:
    case 0xa5:
      return write_string(true, true);
    case 0xa6:
    case 0xa7:
      return write_string(true, false);
    case 0xaa:
    case 0xab:
      return write_string(false, true);
    case 0xac:
    case 0xad:
      return write_operand(operand_through(asx::kRsi));
    case 0xae:
    case 0xaf:
      return write_string(false, false);
    case 0xc2:
    case 0xc3:
      return write_return();
    case 0xc8:
      return write_enter();
    case 0xc9:
      return write_leave();
    case 0xd7: {
      RewrittenOperand table = operand_through(asx::kRbx);
      table.adds_al = true;
      return write_operand(table);
    }
    case 0xe0:
    case 0xe1:
    case 0xe2:
    case 0xe3:
      return write_loop();
    case 0xe8:
      return write_call();
    case 0xe9:
    case 0xeb:
      return write_jump();
    default:
      return false;
  }
}

bool SlotWriter::write_two_byte() {
  const uint8_t code = opcode();
  if ((code & 0xf0) == 0x80) {
    if (has_operand_16()) return refuse(asx::kVectorInvalidOpcode);
    return write_conditional();
  }
  switch (code) {
    case 0xa0:  // PUSH and POP of FS and GS
    case 0xa1:
    case 0xa8:
    case 0xa9:
      if (has_operand_16()) slot().size = 2;
      slot().writes_gs = code == 0xa9;
      return write_stack((code & 1) == 0);
    case 0xb5:
      slot().writes_gs = true;
      return false;
    case 0xa3:  // BT, BTS, BTR, BTC with a register
    case 0xab:
    case 0xb3:
    case 0xbb: {
      if (!layout_.has_memory) return false;
      RewrittenOperand operand = operand_at(layout_.address);
      operand.bit_number = static_cast<uint8_t>(layout_.extension(code_) | (layout_.rex & 4u) << 1);
      operand.bit_operand_log = layout_.has_rex_w() ? 3 : layout_.has_operand_16 ? 1 : 2;
      return write_operand(operand);
    }
    case 0xf7:
      return write_operand(operand_through(asx::kRdi));
    default:
      return false;
  }
}

bool SlotWriter::write_plain() {
  for (const uint8_t byte : code_) add({byte});
  first_ends();
  return finish();
}

bool SlotWriter::write_operand(const RewrittenOperand& operand) {
  slot().operand = operand;
  const bool is_relative = operand.address.base.kind == asx::OperandBase::InstructionPointer;
  if (operand.space == RewrittenOperand::Space::FsBase && !is_relative) return write_plain();
  slot().kind = Kind::Operand;
  add(with_gs_segment(code_, layout_));
  first_ends();
  return finish();
}

bool SlotWriter::write_string(bool has_source, bool stores) {
  slot().has_source = has_source;
  slot().stores = stores;
  slot().operand = operand_through(asx::kRsi);
  if (layout_.has_address_32) return write_string_32();
  slot().kind = Kind::String;
  add(with_gs_segment(code_, layout_));
  first_ends();
  return finish();
}

bool SlotWriter::write_string_32() {
  slot().kind = Kind::String32;
  const bool compares = (opcode() & 0xf6) == 0xa6;  // CMPS, SCAS
  slot().repeats = layout_.repeat != 0;
  if (slot().repeats && compares) slot().ends_with_zf = layout_.repeat == 0xf3 ? 0 : 1;
  add({0x65});
  if (layout_.has_operand_16) add({0x66});
  if (layout_.rex != 0) add({layout_.rex});
  add({opcode()});
  first_ends();
  ask();
  part(0);
  return finish();
}

bool SlotWriter::write_lea() {
  const bool is_relative =
      layout_.has_memory && layout_.address.base.kind == asx::OperandBase::InstructionPointer && !layout_.has_lock;
  if (!is_relative) return write_plain();
  // mov register, immediate
  uint64_t value = next() + static_cast<uint64_t>(layout_.address.displacement);
  if (layout_.has_address_32) value = static_cast<uint32_t>(value);
  const unsigned bytes = layout_.has_rex_w() ? 8 : layout_.has_operand_16 ? 2 : 4;
  if (bytes == 2) add({0x66});
  add({0x40 | (layout_.rex & 8) | (layout_.rex & 4) >> 2, 0xb8 | layout_.extension(code_)});
  add_number(value, bytes);
  first_ends();
  return finish();
}

RewrittenInstruction Rewriter::rewrite(std::span<const uint8_t> code, uint64_t address) {
  return SlotWriter(decoder_, mode_, code, address).write();
}

}  // namespace emu
