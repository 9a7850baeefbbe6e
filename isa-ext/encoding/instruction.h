// SPDX-License-Identifier: GPL-2.0-or-later
// The decoded form of an ASX instruction. Encodings: 0F 0A /op modrm (register form), REX allowed; see
// instructions.def.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace asx {

enum class Mnemonic : uint8_t {
#define ASX_INSTRUCTION(enumerator, ...) enumerator,
#include "isa-ext/encoding/instructions.def"
#undef ASX_INSTRUCTION
};

struct Instruction {
  Mnemonic mnemonic{};
  uint8_t reg = 0;     ///< modrm.reg with REX.R: first operand
  uint8_t rm = 0;      ///< modrm.rm with REX.B: second operand, or a number 0-15
  uint8_t length = 0;  ///< bytes, REX included
  friend bool operator==(const Instruction&, const Instruction&) = default;
};

/// Longest encoding: REX 0F 0A op modrm.
constexpr size_t kMaximumInstructionLength = 5;

/// The bytes of one instruction.
struct Encoding {
  std::array<uint8_t, kMaximumInstructionLength> bytes{};
  uint8_t length = 0;
  [[nodiscard]] std::span<const uint8_t> span() const { return {bytes.data(), length}; }
};

/// Decodes what stands at the front of the bytes; no value if it is no ASX instruction, or is cut short.
/// REX.W and REX.X are ignored; a REX bit that would extend a field the instruction does not have makes it undefined.
[[nodiscard]] std::optional<Instruction> decode(std::span<const uint8_t> bytes);

/// How many bytes decode() needs to see, given the first ones: 4, or 5 after a REX prefix.
[[nodiscard]] size_t bytes_needed(uint8_t first_byte);

/// The shortest encoding. Operands are 0-15, and 0 where the instruction has none; length is not looked at.
[[nodiscard]] Encoding encode(const Instruction& instruction);

/// "gcall rax", in Intel syntax.
[[nodiscard]] std::string disassemble(const Instruction& instruction);

}  // namespace asx
