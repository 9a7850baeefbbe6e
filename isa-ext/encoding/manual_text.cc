// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/encoding/manual_text.h"

#include <cstdio>

#include "isa-ext/abi/structures.h"
#include "isa-ext/encoding/instruction.h"

namespace asx {
namespace {

constexpr std::string_view kEndMark = "<!-- end of the table's part -->\n";

std::string begin_mark(const InstructionRow& row) {
  return "<!-- from the table: " + std::string(row.name) + " -->\n";
}

bool is_register(Operand kind) {
  return kind == Operand::Source || kind == Operand::Target;
}

/// One operand: its letter in the manual, and what it is.
struct Part {
  Operand kind;
  const char* letter;
  [[nodiscard]] std::string name() const { return is_register(kind) ? letter : "n"; }
  [[nodiscard]] std::string role() const {
    if (kind == Operand::Target) return "general register, written";
    if (kind == Operand::Source) return "general register, read";
    return "a number from 0 to 15, in a register's place";
  }
};

std::string syntax(const InstructionRow& row) {
  std::string text(row.name);
  const char* separator = " ";
  for (const Part& part : {Part{row.reg, "r"}, Part{row.rm, "m"}}) {
    if (part.kind == Operand::None) continue;
    text += separator + part.name();
    separator = ", ";
  }
  return text;
}

/// "`tsel rax, rcx` = `0F 0A 04 C1`"
std::string example(const InstructionRow& row, uint8_t reg, uint8_t rm) {
  Instruction instruction{row.mnemonic};
  if (row.reg != Operand::None) instruction.reg = is_register(row.reg) ? reg : uint8_t{1};
  if (row.rm != Operand::None) instruction.rm = is_register(row.rm) ? rm : uint8_t{1};
  const Encoding encoding = encode(instruction);
  std::string text = "`" + disassemble(instruction) + "` = `";
  for (const uint8_t byte : encoding.span()) {
    char hexadecimal[4];
    std::snprintf(hexadecimal, sizeof hexadecimal, "%02X ", byte);
    text += hexadecimal;
  }
  text.back() = '`';
  return text;
}

std::string line(const std::string& name, const std::string& text) {
  return "| " + name + " | " + text + " |\n";
}

}  // namespace

std::string manual_block(const InstructionRow& row) {
  std::string text = begin_mark(row);
  text += line("`" + syntax(row) + "`", std::string(row.summary));
  text += "|---|---|\n";
  text += line("encoding", "`" + std::string(row.pattern_text) + "`");
  std::string examples = example(row, kRax, kRcx);
  if (is_register(row.reg) || is_register(row.rm)) examples += ", " + example(row, kR8, kR15);
  text += line("bytes", examples);
  for (const Part& part : {Part{row.reg, "r"}, Part{row.rm, "m"}}) {
    if (part.kind != Operand::None) text += line(part.name(), part.role());
  }
  text += line("privilege", row.privilege == Privilege::Privileged ? "privileged code spaces only" : "none needed");
  text += line("continues", row.flow == Flow::Next ? "with the next instruction" : "where the operation says");
  return text + std::string(kEndMark);
}

std::string with_manual_blocks(const std::string& chapter) {
  std::string text = chapter;
  for (const InstructionRow& row : kInstructions) {
    const size_t begin = text.find(begin_mark(row));
    if (begin == std::string::npos) continue;
    const size_t end = text.find(kEndMark, begin);
    if (end == std::string::npos) continue;
    text.replace(begin, end + kEndMark.size() - begin, manual_block(row));
  }
  return text;
}

}  // namespace asx
