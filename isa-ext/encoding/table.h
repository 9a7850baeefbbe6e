// SPDX-License-Identifier: GPL-2.0-or-later
// instructions.def as data, its bit patterns parsed at compile time.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "isa-ext/encoding/instruction.h"

namespace asx {

enum class Operand : uint8_t { None, Source, Target, FrameField, SystemRegister, OperandMode, SelectorRegister };
enum class Privilege : uint8_t { Any, Privileged };
enum class Flow : uint8_t { Next, Call, Return };

/// A bit pattern: an instruction word (the four bytes from 0F on, the first one highest) fits if word & mask == match.
struct Pattern {
  uint32_t mask = 0;
  uint32_t match = 0;
  bool has_reg = false;
  bool has_rm = false;

  /// Accepts 32 of the characters 0 1 r m, with spaces between; anything else does not compile.
  static consteval Pattern parse(std::string_view text) {
    Pattern pattern;
    unsigned bits = 0;
    for (const char c : text) {
      if (c == ' ') continue;
      if (c != '0' && c != '1' && c != 'r' && c != 'm') throw "a bit is 0, 1, r or m";
      pattern.mask = pattern.mask << 1 | (c == '0' || c == '1');
      pattern.match = pattern.match << 1 | (c == '1');
      pattern.has_reg = pattern.has_reg || c == 'r';
      pattern.has_rm = pattern.has_rm || c == 'm';
      ++bits;
    }
    if (bits != 32) throw "a pattern has 32 bits";
    return pattern;
  }
};

struct InstructionRow {
  Mnemonic mnemonic;
  std::string_view name;
  std::string_view pattern_text;
  Operand reg, rm;
  Privilege privilege;
  Flow flow;
  std::string_view summary;
  Pattern pattern;
};

/// In the order of Mnemonic.
inline constexpr auto kInstructions = std::to_array<InstructionRow>({
#define ASX_INSTRUCTION(enumerator, name, pattern, reg, rm, privilege, flow, summary) \
  {Mnemonic::enumerator, #name,      pattern, Operand::reg,           Operand::rm,    \
   Privilege::privilege, Flow::flow, summary, Pattern::parse(pattern)},
#include "isa-ext/encoding/instructions.def"
#undef ASX_INSTRUCTION
});

[[nodiscard]] constexpr const InstructionRow& row_of(Mnemonic mnemonic) {
  return kInstructions[static_cast<size_t>(mnemonic)];
}

/// x86 names of the 64-bit general registers, in encoding order.
inline constexpr std::array<std::string_view, 16> kRegisterNames = {
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"};

}  // namespace asx
