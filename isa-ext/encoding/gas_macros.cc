// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/encoding/gas_macros.h"

#include <sstream>

#include "isa-ext/encoding/table.h"

namespace asx {
namespace {

// The symbols begin with .L, so none of them reaches an object file.
constexpr std::string_view kPrologue = R"(.ifndef .Lasx_macros
.set .Lasx_macros, 1

/* .Lasx_FIELD := number of the register */
.macro asx_register field, text
  .set .Lasx_\field, -1
  .set .Lasx_index, 0
  .irp name, @REGISTERS@
    .ifc \text,\name
      .set .Lasx_\field, .Lasx_index
    .endif
    .ifc \text,%\name
      .set .Lasx_\field, .Lasx_index
    .endif
    .set .Lasx_index, .Lasx_index + 1
  .endr
  .if .Lasx_\field < 0
    .error "\text is no 64-bit general register"
  .endif
.endm

/* .Lasx_FIELD := a number that takes the place of a register in the encoding */
.macro asx_number field, value
  .set .Lasx_\field, \value
  .if (.Lasx_\field < 0) || (.Lasx_\field > 15)
    .error "\value is not between 0 and 15"
  .endif
.endm

.macro asx_emit first, second, opcode, modrm
  .if (.Lasx_reg > 7) || (.Lasx_rm > 7)
    .byte 0x40 | ((.Lasx_reg >> 3) << 2) | (.Lasx_rm >> 3)
  .endif
  .byte \first, \second, \opcode, \modrm | ((.Lasx_reg & 7) << 3) | (.Lasx_rm & 7)
.endm
)";

void write_prologue(std::ostream& out) {
  const std::string_view mark = "@REGISTERS@";
  const size_t place = kPrologue.find(mark);
  out << kPrologue.substr(0, place);
  const char* separator = "";
  for (const std::string_view name : kRegisterNames) {
    out << separator << name;
    separator = ",";
  }
  out << kPrologue.substr(place + mark.size());
}

void write_field(std::ostream& out, std::string_view field, Operand kind) {
  switch (kind) {
    case Operand::None:
      out << "  .set .Lasx_" << field << ", 0\n";
      return;
    case Operand::Source:
    case Operand::Target:
      out << "  asx_register " << field << ", \\" << field << '\n';
      return;
    case Operand::FrameField:
    case Operand::SystemRegister:
    case Operand::OperandMode:
    case Operand::SelectorRegister:
      out << "  asx_number " << field << ", \\" << field << '\n';
      return;
  }
}

void write_macro(std::ostream& out, const InstructionRow& row) {
  out << "\n/* " << row.summary << " */\n.macro " << row.name;
  if (row.reg != Operand::None) out << " reg";
  if (row.reg != Operand::None && row.rm != Operand::None) out << ',';
  if (row.rm != Operand::None) out << " rm";
  out << '\n';
  write_field(out, "reg", row.reg);
  write_field(out, "rm", row.rm);
  const char* separator = "  asx_emit ";
  for (const int shift : {24, 16, 8, 0}) {
    out << separator << (row.pattern.match >> shift & 0xff);
    separator = ", ";
  }
  out << "\n.endm\n";
}

}  // namespace

std::string gas_macros() {
  std::ostringstream out;
  out << "/* Written from isa-ext/encoding/instructions.def. */\n";
  write_prologue(out);
  for (const InstructionRow& row : kInstructions) write_macro(out, row);
  out << "\n.endif\n";
  return out.str();
}

}  // namespace asx
