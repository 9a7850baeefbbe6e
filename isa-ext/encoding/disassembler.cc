// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/encoding/instruction.h"
#include "isa-ext/encoding/table.h"

namespace asx {
namespace {

std::string operand_text(Operand kind, uint8_t value) {
  const bool is_register = kind == Operand::Source || kind == Operand::Target;
  return is_register ? std::string(kRegisterNames[value]) : std::to_string(value);
}

}  // namespace

std::string disassemble(const Instruction& instruction) {
  const InstructionRow& row = row_of(instruction.mnemonic);
  std::string text(row.name);
  const char* separator = " ";
  if (row.reg != Operand::None) {
    text.append(separator).append(operand_text(row.reg, instruction.reg));
    separator = ", ";
  }
  if (row.rm != Operand::None) text.append(separator).append(operand_text(row.rm, instruction.rm));
  return text;
}

}  // namespace asx
