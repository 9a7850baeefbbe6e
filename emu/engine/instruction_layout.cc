// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/engine/instruction_layout.h"

#include <cassert>
#include <cstring>

namespace emu {
namespace {

using Segment = InstructionLayout::Segment;

constexpr uint8_t kGsPrefix = 0x65, kOperand16 = 0x66, kAddress32 = 0x67, kLock = 0xf0;

Segment segment_of(uint8_t byte) {
  switch (byte) {
    case 0x26:
      return Segment::Es;
    case 0x2e:
      return Segment::Cs;
    case 0x36:
      return Segment::Ss;
    case 0x3e:
      return Segment::Ds;
    case 0x64:
      return Segment::Fs;
    case kGsPrefix:
      return Segment::Gs;
    default:
      return Segment::None;
  }
}

bool is_rex(uint8_t byte) {
  return (byte & 0xf0) == 0x40;
}

/// Takes a legacy prefix in; false if the byte is none.
bool take_prefix(InstructionLayout& layout, uint8_t byte) {
  if (const Segment segment = segment_of(byte); segment != Segment::None) {
    layout.segment = segment;
  } else if (byte == kOperand16) {
    layout.has_operand_16 = true;
  } else if (byte == kAddress32) {
    layout.has_address_32 = true;
  } else if (byte == kLock) {
    layout.has_lock = true;
  } else if (byte == 0xf2 || byte == 0xf3) {
    layout.repeat = byte;
  } else {
    return false;
  }
  return true;
}

template <typename T>
int64_t number_at(std::span<const uint8_t> code, size_t at) {
  T value;
  assert(at + sizeof value <= code.size());
  std::memcpy(&value, code.data() + at, sizeof value);
  return value;
}

asx::OperandBase general(unsigned number) {
  return {asx::OperandBase::General, static_cast<asx::Register>(number)};
}

/// Modrm, SIB and displacement of a memory operand.
AddressForm address_form(std::span<const uint8_t> code, const InstructionLayout& layout) {
  const unsigned mode = code[layout.modrm_at] >> 6, rm = code[layout.modrm_at] & 7;
  const unsigned rex_b = (layout.rex & 1u) << 3, rex_x = (layout.rex & 2u) << 2;
  AddressForm form;
  form.is_32_bit = layout.has_address_32;
  size_t at = layout.modrm_at + size_t{1};
  bool has_wide_displacement = mode == 2;
  if (rm == 4) {
    const uint8_t sib = code[at++];
    const unsigned index = (sib >> 3 & 7) | rex_x;
    if (index != asx::kRsp) {
      form.index = static_cast<uint8_t>(index);
      form.shift = sib >> 6;
    }
    if ((sib & 7) == 5 && mode == 0) {
      has_wide_displacement = true;
    } else {
      form.base = general((sib & 7) | rex_b);
    }
  } else if (rm == 5 && mode == 0) {
    form.base.kind = asx::OperandBase::InstructionPointer;
    has_wide_displacement = true;
  } else {
    form.base = general(rm | rex_b);
  }
  if (mode == 1) form.displacement = number_at<int8_t>(code, at);
  if (has_wide_displacement) form.displacement = number_at<int32_t>(code, at);
  return form;
}

/// Bytes of modrm, SIB and displacement.
size_t address_length(std::span<const uint8_t> code, const InstructionLayout& layout) {
  const unsigned mode = code[layout.modrm_at] >> 6, rm = code[layout.modrm_at] & 7;
  const bool has_sib = rm == 4;
  const bool is_without_base = mode == 0 && (has_sib ? (code[layout.modrm_at + size_t{1}] & 7) == 5 : rm == 5);
  return size_t{1} + (has_sib ? 1 : 0) + (mode == 1 ? 1 : 0) + (mode == 2 || is_without_base ? 4 : 0);
}

}  // namespace

InstructionLayout examine_instruction(std::span<const uint8_t> code, uint8_t modrm_at) {
  InstructionLayout layout;
  size_t i = 0;
  for (;; ++i) {
    if (take_prefix(layout, code[i])) {
      layout.rex = 0;
    } else if (is_rex(code[i])) {
      layout.rex = code[i];
    } else {
      break;
    }
  }
  layout.opcode_at = static_cast<uint8_t>(i);
  if (code[i] == 0x0f && i + 1 < code.size()) {
    layout.map = code[i + 1] == 0x38 ? 2 : code[i + 1] == 0x3a ? 3 : 1;
    i += layout.map == 1 ? 1 : 2;
  }
  if (i < code.size()) layout.opcode = code[i];
  // a disassembler counts a ModRM byte where it found one; at offset 0 there is none
  layout.modrm_at = modrm_at;
  layout.has_memory = modrm_at != 0 && code[modrm_at] >> 6 != 3;
  if (layout.has_memory) layout.address = address_form(code, layout);
  return layout;
}

InstructionText with_gs_segment(std::span<const uint8_t> code, const InstructionLayout& layout) {
  // What is ignored is left out, so that there is room: REX before a prefix; the operand size beside REX.W, and the
  // hints F2 and F3 beside LOCK, unless they are part of the opcode.
  const bool is_plain_map = layout.map == 0;
  InstructionText text;
  text.add(kGsPrefix);
  if (layout.has_operand_16 && !(is_plain_map && layout.has_rex_w())) text.add(kOperand16);
  if (layout.has_address_32) text.add(kAddress32);
  if (layout.has_lock) text.add(kLock);
  if (layout.repeat != 0 && !(is_plain_map && layout.has_lock)) text.add(layout.repeat);
  if (layout.rex != 0) text.add(layout.rex);
  for (const uint8_t byte : code.subspan(layout.opcode_at)) text.add(byte);
  assert(text.length <= kMaximumX86Length);
  return text;
}

InstructionText move_of_operand(std::span<const uint8_t> code, const InstructionLayout& layout, Move move) {
  assert(layout.has_memory && move.with < asx::kR8);
  InstructionText text;
  text.add(kGsPrefix);
  if (move.is_16_bit) text.add(kOperand16);
  if (layout.has_address_32) text.add(kAddress32);
  text.add(static_cast<uint8_t>(0x40 | (layout.rex & 3) | (move.is_16_bit ? 0 : 8)));
  text.add(move.is_load ? 0x8b : 0x89);
  text.add(static_cast<uint8_t>((code[layout.modrm_at] & 0xc7) | move.with << 3));
  const auto rest = code.subspan(layout.modrm_at + size_t{1}, address_length(code, layout) - 1);
  for (const uint8_t byte : rest) text.add(byte);
  return text;
}

}  // namespace emu
