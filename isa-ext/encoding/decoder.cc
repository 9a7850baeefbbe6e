// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/encoding/instruction.h"
#include "isa-ext/encoding/rex.h"
#include "isa-ext/encoding/table.h"

namespace asx {

size_t bytes_needed(uint8_t first_byte) {
  return is_rex(first_byte) ? kMaximumInstructionLength : kMaximumInstructionLength - 1;
}

std::optional<Instruction> decode(std::span<const uint8_t> bytes) {
  if (bytes.empty() || bytes.size() < bytes_needed(bytes[0])) return std::nullopt;
  const uint8_t rex = is_rex(bytes[0]) ? bytes[0] : 0;
  const uint8_t* opcode = bytes.data() + (rex != 0 ? 1 : 0);
  const uint32_t word = uint32_t{opcode[0]} << 24 | uint32_t{opcode[1]} << 16 | uint32_t{opcode[2]} << 8 | opcode[3];
  for (const InstructionRow& row : kInstructions) {
    if ((word & row.pattern.mask) != row.pattern.match) continue;
    if (((rex & kRexR) != 0 && !row.pattern.has_reg) || ((rex & kRexB) != 0 && !row.pattern.has_rm))
      return std::nullopt;
    Instruction instruction{row.mnemonic};
    if (row.pattern.has_reg) instruction.reg = static_cast<uint8_t>((word >> 3 & 7) | ((rex & kRexR) != 0 ? 8 : 0));
    if (row.pattern.has_rm) instruction.rm = static_cast<uint8_t>((word & 7) | ((rex & kRexB) != 0 ? 8 : 0));
    instruction.length = static_cast<uint8_t>(bytes_needed(bytes[0]));
    return instruction;
  }
  return std::nullopt;
}

}  // namespace asx
