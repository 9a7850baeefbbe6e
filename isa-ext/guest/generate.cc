// SPDX-License-Identifier: GPL-2.0-or-later
// Writes what guest code needs of the instruction table: macros.inc and intrinsics.h, into the folder it is given.
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "isa-ext/encoding/gas_macros.h"
#include "isa-ext/encoding/table.h"

namespace {

using asx::InstructionRow;
using asx::Operand;

/// Lines of assembler as lines of a C++ string literal.
void write_quoted(std::ostream& out, const std::string& text) {
  bool at_start = true;
  for (const char c : text) {
    if (at_start) out << "    \"";
    at_start = c == '\n';
    if (c == '\\' || c == '"') out << '\\';
    if (at_start) {
      out << "\\n\"\n";
    } else {
      out << c;
    }
  }
}

/// One operand of an intrinsic: in the assembler's text, as input, as parameter.
struct Part {
  Operand kind;
  const char* name;

  /// The parameter's type, if the operand is a number.
  [[nodiscard]] const char* number_type() const {
    switch (kind) {
      case Operand::FrameField:
        return "FrameField";
      case Operand::SystemRegister:
        return "SystemRegister";
      case Operand::OperandMode:
        return "OperandMode";
      case Operand::SelectorRegister:
        return "uint8_t";
      case Operand::None:
      case Operand::Source:
      case Operand::Target:
        break;
    }
    return nullptr;
  }
  [[nodiscard]] bool is_number() const { return number_type() != nullptr; }
  void write_text(std::ostream& out, int number) const { out << (is_number() ? "%c" : "%") << number; }
  void write_input(std::ostream& out) const {
    if (is_number()) {
      out << "\"i\"(static_cast<unsigned>(" << name << "))";
    } else {
      out << "\"r\"(" << name << ")";
    }
  }
};

void write_intrinsic(std::ostream& out, const InstructionRow& row) {
  std::vector<Part> parts;
  if (row.reg != Operand::None) parts.push_back({row.reg, "reg"});
  if (row.rm != Operand::None) parts.push_back({row.rm, "rm"});
  const bool gives = row.reg == Operand::Target;
  const bool leaves = row.flow == asx::Flow::Return;

  out << "\n/// " << row.name << ": " << row.summary << ".\n";
  for (const Part& part : parts) {
    if (part.is_number()) {
      out << "template <" << part.number_type() << ' ' << part.name << ">\n";
    }
  }
  out << (gives    ? "[[nodiscard]] inline uint64_t "
          : leaves ? "[[noreturn]] inline void "
                   : "inline void ")
      << row.name << '(';
  const char* separator = "";
  for (const Part& part : parts) {
    if (part.kind != Operand::Source) continue;
    out << separator << "uint64_t " << part.name;
    separator = ", ";
  }
  out << ") {\n";
  if (gives) out << "  uint64_t result;\n";
  out << "  asm volatile(\"" << row.name;
  for (size_t i = 0; i < parts.size(); ++i) {
    out << (i == 0 ? " " : ", ");
    parts[i].write_text(out, static_cast<int>(i));
  }
  out << "\" : " << (gives ? "\"=r\"(result)" : "") << " : ";
  separator = "";
  for (const Part& part : parts) {
    if (part.kind == Operand::Target) continue;
    out << separator;
    part.write_input(out);
    separator = ", ";
  }
  out << " : \"memory\");\n";
  if (gives) out << "  return result;\n";
  if (leaves) out << "  __builtin_unreachable();\n";
  out << "}\n";
}

std::string intrinsics() {
  std::ostringstream out;
  out << "// Written from isa-ext/encoding/instructions.def.\n"
         "// The ASX instructions as functions, and as macros for the inline assembler of this translation unit.\n"
         "// gcall has no function: which registers it changes is the callee's matter. narrow and widen change RSP "
         "under\n"
         "// the compiler: use them only where nothing of the caller's lies on the stack, or in assembler.\n"
         "#pragma once\n#include <cstdint>\n\n#include \"isa-ext/abi/structures.h\"\n#include "
         "\"isa-ext/abi/system_register.h\"\n\nasm(\n";
  write_quoted(out, asx::gas_macros());
  out << ");\n\nnamespace asx {\n";
  for (const InstructionRow& row : asx::kInstructions) {
    if (row.flow != asx::Flow::Call) write_intrinsic(out, row);
  }
  out << "\n}  // namespace asx\n";
  return out.str();
}

[[nodiscard]] bool write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) std::fprintf(stderr, "asx_generator: cannot write %s\n", path.c_str());
  return !file.fail();
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 2) {
    std::fprintf(stderr, "usage: asx_generator FOLDER\n");
    return 2;
  }
  const std::string folder = arguments[1];
  return write_file(folder + "/macros.inc", asx::gas_macros()) && write_file(folder + "/intrinsics.h", intrinsics())
             ? 0
             : 2;
}
