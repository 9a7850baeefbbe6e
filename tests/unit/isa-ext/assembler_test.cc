// SPDX-License-Identifier: GPL-2.0-or-later
// The macros under the real assembler: what it writes must decode to what was meant.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

#include "isa-ext/encoding/gas_macros.h"
#include "isa-ext/encoding/table.h"

namespace {

using asx::Instruction;
using asx::Operand;

/// A folder that goes away with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "asx-assembler-XXXXXX").string();
    path_ = ::mkdtemp(path.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Assembles the text; no value if the assembler refuses it.
std::optional<std::vector<uint8_t>> assemble(const std::string& text) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("t.s")) << text;
  const std::string command = std::string(ASX_TEST_ASSEMBLER) + " -c '" + folder.file("t.s") + "' -o '" +
                              folder.file("t.o") + "' 2>/dev/null && " + ASX_TEST_OBJCOPY + " -O binary -j .text '" +
                              folder.file("t.o") + "' '" + folder.file("t.bin") + "'";
  if (std::system(command.c_str()) != 0) return std::nullopt;
  std::ifstream file(folder.file("t.bin"), std::ios::binary);
  return std::vector<uint8_t>(std::istreambuf_iterator<char>(file), {});
}

bool is_register(Operand kind) {
  return kind == Operand::Source || kind == Operand::Target;
}

/// The disassembler's text, with % before the registers if wanted.
std::string source_line(const Instruction& instruction, const std::string& sigil) {
  const auto& row = asx::row_of(instruction.mnemonic);
  std::ostringstream line;
  line << row.name;
  if (row.reg != Operand::None) {
    line << ' ';
    if (is_register(row.reg))
      line << sigil << asx::kRegisterNames[instruction.reg];
    else
      line << unsigned{instruction.reg};
  }
  if (row.rm != Operand::None) {
    line << (row.reg == Operand::None ? " " : ", ");
    if (is_register(row.rm))
      line << sigil << asx::kRegisterNames[instruction.rm];
    else
      line << unsigned{instruction.rm};
  }
  return line.str();
}

}  // namespace

TEST_CASE("the assembler's macros write every instruction with every operand, in both syntaxes") {
  std::ostringstream source;
  std::vector<uint8_t> expected;
  source << asx::gas_macros() << asx::gas_macros();  // the second inclusion must be harmless
  for (const std::string sigil : {"%", ""}) {
    source << (sigil.empty() ? ".intel_syntax noprefix\n" : ".att_syntax\n");
    for (const auto& row : asx::kInstructions) {
      for (uint8_t reg = 0; reg < (row.pattern.has_reg ? 16 : 1); ++reg) {
        for (uint8_t rm = 0; rm < (row.pattern.has_rm ? 16 : 1); ++rm) {
          const Instruction instruction{row.mnemonic, reg, rm, 0};
          source << source_line(instruction, sigil) << '\n';
          const auto encoding = asx::encode(instruction);
          expected.insert(expected.end(), encoding.span().begin(), encoding.span().end());
        }
      }
    }
  }
  const auto bytes = assemble(source.str());
  REQUIRE(bytes);
  CHECK((*bytes == expected));
}

TEST_CASE("the text of the disassembler assembles again") {
  CHECK(source_line({asx::Mnemonic::Tsel, 3, 9, 0}, "") == asx::disassemble({asx::Mnemonic::Tsel, 3, 9, 0}));
  CHECK(source_line({asx::Mnemonic::Ldsys, 3, 9, 0}, "") == asx::disassemble({asx::Mnemonic::Ldsys, 3, 9, 0}));
  CHECK(source_line({asx::Mnemonic::Xwait, 0, 0, 0}, "") == asx::disassemble({asx::Mnemonic::Xwait, 0, 0, 0}));
}

TEST_CASE("the macros refuse what is no 64-bit register, and numbers beyond the field") {
  REQUIRE(assemble(asx::gas_macros() + "gcall %rax\n"));
  for (const char* line : {"gcall %eax", "gcall 3", "tsel %rax, %xmm1", "gframe %rax, 16", "ldsys -1, %rax", "gcall"}) {
    INFO(line);
    CHECK_FALSE(assemble(asx::gas_macros() + line + "\n"));
  }
}

TEST_CASE("no mnemonic is one that x86 assemblers know") {
  for (const auto& row : asx::kInstructions) {
    for (const char* operands : {"", " %rax", " %rax, %rcx", " %eax, %ecx", " (%rax)", " %xmm0, %xmm1"}) {
      INFO(row.name << operands);
      CHECK_FALSE(assemble(std::string(row.name) + operands + "\n"));
    }
  }
}
