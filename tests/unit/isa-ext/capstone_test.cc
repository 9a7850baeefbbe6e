// SPDX-License-Identifier: GPL-2.0-or-later
// Two foreign views: a disassembler that knows all of x86, and the compiler's inline assembler.
#include <capstone/capstone.h>

#include <catch2/catch_test_macros.hpp>
#include <cstring>

#include "isa-ext/abi/structures.h"
#include "isa-ext/encoding/table.h"
#include "tests/unit/isa-ext/intrinsics_sample.h"

using asx::Instruction;
using asx::Mnemonic;

namespace {

/// The first ASX instruction within the first bytes of a function.
template <typename Function>
std::optional<Instruction> first_instruction(Function* function) {
  constexpr size_t kSpan = 48;
  uint8_t bytes[kSpan];
  std::memcpy(bytes, reinterpret_cast<const void*>(function), kSpan);
  for (size_t i = 0; i + asx::kMaximumInstructionLength <= kSpan; ++i) {
    const bool may_begin = bytes[i] == 0x0f || (bytes[i] & 0xf0) == 0x40;
    if (!may_begin) continue;
    if (const auto instruction = asx::decode({bytes + i, kSpan - i})) return instruction;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("x86 defines no instruction where the encodings of the extension lie") {
  csh handle = 0;
  REQUIRE(cs_open(CS_ARCH_X86, CS_MODE_64, &handle) == CS_ERR_OK);
  for (const auto& row : asx::kInstructions) {
    for (uint8_t reg = 0; reg < (row.pattern.has_reg ? 16 : 1); ++reg) {
      for (uint8_t rm = 0; rm < (row.pattern.has_rm ? 16 : 1); ++rm) {
        const asx::Encoding encoding = asx::encode({row.mnemonic, reg, rm, 0});
        cs_insn* instructions = nullptr;
        const size_t count = cs_disasm(handle, encoding.bytes.data(), encoding.length, 0, 1, &instructions);
        INFO(row.name << " " << (count > 0 ? instructions->mnemonic : ""));
        CHECK(count == 0);
        cs_free(instructions, count);
      }
    }
  }
  cs_close(&handle);
}

TEST_CASE("each intrinsic compiles to its instruction") {
  CHECK(first_instruction(sample::gret)->mnemonic == Mnemonic::Gret);
  CHECK(first_instruction(sample::widen)->mnemonic == Mnemonic::Widen);
  CHECK(first_instruction(sample::narrow)->mnemonic == Mnemonic::Narrow);
  CHECK(first_instruction(sample::tsel)->mnemonic == Mnemonic::Tsel);
  CHECK(first_instruction(sample::tselc)->mnemonic == Mnemonic::Tselc);
  CHECK(first_instruction(sample::invspace)->mnemonic == Mnemonic::Invspace);
  CHECK(first_instruction(sample::tswitch)->mnemonic == Mnemonic::Tswitch);
  CHECK(first_instruction(sample::xwait)->mnemonic == Mnemonic::Xwait);

  CHECK(first_instruction(sample::sac)->mnemonic == Mnemonic::Sac);
  const auto ldsel = first_instruction(sample::ldsel);
  CHECK(ldsel->mnemonic == Mnemonic::Ldsel);
  CHECK(ldsel->reg == asx::kDs);
  const auto stsel = first_instruction(sample::stsel);
  CHECK(stsel->mnemonic == Mnemonic::Stsel);
  CHECK(stsel->rm == asx::kSs);

  const auto gframe = first_instruction(sample::gframe);
  CHECK(gframe->mnemonic == Mnemonic::Gframe);
  CHECK(gframe->rm == 2);
  const auto ldsys = first_instruction(sample::ldsys);
  CHECK(ldsys->mnemonic == Mnemonic::Ldsys);
  CHECK(ldsys->reg == 4);
  const auto stsys = first_instruction(sample::stsys);
  CHECK(stsys->mnemonic == Mnemonic::Stsys);
  CHECK(stsys->rm == 6);
}
