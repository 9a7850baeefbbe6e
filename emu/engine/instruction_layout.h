// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of an x86 instruction, as far as one must know them to write it down again with another segment prefix
// (Intel SDM volume 2, chapter 2).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "isa-ext/model/operand_mode.h"

namespace emu {

constexpr uint8_t kNoRegister = 16;
constexpr size_t kMaximumX86Length = 15;

/// What base, index and displacement of an instruction's operand are.
struct AddressForm {
  asx::OperandBase base;
  uint8_t index = kNoRegister;
  uint8_t shift = 0;
  bool is_32_bit = false;  ///< the address-size prefix
  int64_t displacement = 0;
};

struct InstructionLayout {
  enum class Segment : uint8_t { None, Es, Cs, Ss, Ds, Fs, Gs };

  uint8_t rex = 0;  ///< 0 = none, or one that a prefix follows and so does not count
  bool has_operand_16 = false;
  bool has_address_32 = false;
  bool has_lock = false;
  uint8_t repeat = 0;  ///< F2 or F3, the last of them
  Segment segment = Segment::None;
  uint8_t map = 0;  ///< 0: one byte, 1: 0F, 2: 0F 38, 3: 0F 3A
  uint8_t opcode = 0;
  uint8_t opcode_at = 0;  ///< where the opcode, with its 0F, begins
  uint8_t modrm_at = 0;   ///< 0 = none
  bool has_memory = false;
  AddressForm address;

  [[nodiscard]] bool has_rex_w() const { return (rex & 8) != 0; }
  /// modrm.reg as an opcode extension
  [[nodiscard]] uint8_t extension(std::span<const uint8_t> code) const { return code[modrm_at] >> 3 & 7; }
};

/// Of a whole instruction, of which a disassembler has told whether and where it has a ModRM byte.
[[nodiscard]] InstructionLayout examine_instruction(std::span<const uint8_t> code, uint8_t modrm_at);

/// An instruction as it is being written down. Never longer than kMaximumX86Length for what is put into it here.
struct InstructionText {
  std::array<uint8_t, 2 * kMaximumX86Length> bytes{};
  uint8_t length = 0;
  void add(uint8_t byte) { bytes[length++] = byte; }
};

/// The same instruction with GS as its segment, whatever prefix it had, and without what has no meaning in it.
[[nodiscard]] InstructionText with_gs_segment(std::span<const uint8_t> code, const InstructionLayout& layout);

/// `mov register, operand`, or `mov operand, register`, with the operand of an instruction; through GS. The register is
/// one of the first eight.
struct Move {
  bool is_load;
  bool is_16_bit;
  asx::Register with;
};
[[nodiscard]] InstructionText move_of_operand(std::span<const uint8_t> code, const InstructionLayout& layout,
                                              Move move);

}  // namespace emu
