// SPDX-License-Identifier: GPL-2.0-or-later
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "isa-ext/encoding/table.h"

using asx::decode;
using asx::Instruction;
using asx::kInstructions;
using asx::Mnemonic;
using asx::Operand;

namespace {

/// Every instruction with every operand.
std::vector<Instruction> all_instructions() {
  std::vector<Instruction> all;
  for (const auto& row : kInstructions) {
    for (uint8_t reg = 0; reg < (row.pattern.has_reg ? 16 : 1); ++reg) {
      for (uint8_t rm = 0; rm < (row.pattern.has_rm ? 16 : 1); ++rm) all.push_back({row.mnemonic, reg, rm, 0});
    }
  }
  return all;
}

}  // namespace

TEST_CASE("every instruction decodes to itself from its shortest encoding") {
  for (Instruction instruction : all_instructions()) {
    const asx::Encoding encoding = asx::encode(instruction);
    instruction.length = encoding.length;
    CHECK(decode(encoding.span()) == instruction);
    CHECK(encoding.length == ((instruction.reg >= 8 || instruction.rm >= 8) ? 5 : 4));
    CHECK(asx::bytes_needed(encoding.bytes[0]) == encoding.length);
  }
}

TEST_CASE("the decoder accepts exactly the bytes of the table, with any REX bits that extend nothing else") {
  size_t accepted = 0;
  for (unsigned rex = 0x3f; rex < 0x50; ++rex) {  // 0x3f stands for: none
    for (unsigned opcode = 0; opcode < 256; ++opcode) {
      for (unsigned modrm = 0; modrm < 256; ++modrm) {
        std::vector<uint8_t> bytes{0x0f, 0x0a, static_cast<uint8_t>(opcode), static_cast<uint8_t>(modrm)};
        if (rex != 0x3f) bytes.insert(bytes.begin(), static_cast<uint8_t>(rex));
        const auto decoded = decode(bytes);
        if (!decoded) continue;
        ++accepted;
        CHECK(decoded->length == bytes.size());
        const asx::Encoding again = asx::encode(*decoded);
        CHECK(again.bytes[again.length - 1] == modrm);
        CHECK(again.bytes[again.length - 2] == opcode);
      }
    }
  }
  // without REX 64 or 8 or 1 forms; with REX four times as many as operands allow, and W and X free
  size_t expected = 0;
  for (const auto& row : kInstructions) {
    const size_t forms = (row.pattern.has_reg ? 8u : 1u) * (row.pattern.has_rm ? 8u : 1u);
    expected += forms + forms * 4 * (row.pattern.has_reg ? 2u : 1u) * (row.pattern.has_rm ? 2u : 1u);
  }
  CHECK(accepted == expected);
}

TEST_CASE("bytes that are cut short, or begin with another prefix, are no instruction") {
  for (const Instruction& instruction : all_instructions()) {
    const auto encoding = asx::encode(instruction);
    for (size_t length = 0; length < encoding.length; ++length) CHECK_FALSE(decode(encoding.span().first(length)));
  }
  for (const uint8_t prefix : {0x66, 0xf2, 0xf3, 0xf0, 0x64, 0x2e, 0x67}) {
    CHECK_FALSE(decode(std::vector<uint8_t>{prefix, 0x0f, 0x0a, 0x01, 0xc0}));
  }
  CHECK_FALSE(decode(std::vector<uint8_t>{0x48, 0x48, 0x0f, 0x0a, 0x01, 0xc0}));
}

TEST_CASE("no two patterns of the table fit the same bytes") {
  for (const auto& a : kInstructions) {
    for (const auto& b : kInstructions) {
      if (a.mnemonic == b.mnemonic) continue;
      INFO(a.name << " and " << b.name);
      CHECK(((a.pattern.match ^ b.pattern.match) & a.pattern.mask & b.pattern.mask) != 0);
    }
  }
}

TEST_CASE("a row has a field in its pattern exactly where it has an operand") {
  for (const auto& row : kInstructions) {
    INFO(row.name);
    CHECK(row.pattern.has_reg == (row.reg != Operand::None));
    CHECK(row.pattern.has_rm == (row.rm != Operand::None));
    CHECK_FALSE(row.summary.empty());
    CHECK(&asx::row_of(row.mnemonic) == &row);
  }
}

TEST_CASE("the disassembler writes the manual's syntax") {
  CHECK(asx::disassemble({Mnemonic::Gcall, 0, 11, 0}) == "gcall r11");
  CHECK(asx::disassemble({Mnemonic::Gcalla, 3, 12, 0}) == "gcalla rbx, r12");
  CHECK(asx::disassemble({Mnemonic::Gret, 0, 0, 0}) == "gret");
  CHECK(asx::disassemble({Mnemonic::Tsel, 0, 7, 0}) == "tsel rax, rdi");
  CHECK(asx::disassemble({Mnemonic::Gframe, 8, 3, 0}) == "gframe r8, 3");
  CHECK(asx::disassemble({Mnemonic::Ldsys, 4, 15, 0}) == "ldsys 4, r15");
  CHECK(asx::disassemble({Mnemonic::Stsys, 1, 6, 0}) == "stsys rcx, 6");
}
