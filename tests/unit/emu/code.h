// SPDX-License-Identifier: GPL-2.0-or-later
// A few bytes of x86 and ASX code, put together by hand.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "isa-ext/abi/structures.h"
#include "isa-ext/abi/system_register.h"
#include "isa-ext/encoding/instruction.h"
#include "isa-ext/encoding/table.h"

namespace test {

class Code {
 public:
  Code& raw(std::initializer_list<int> bytes) {
    for (const int byte : bytes) bytes_.push_back(static_cast<uint8_t>(byte));
    return *this;
  }
  Code& value(uint64_t value, int width) {
    for (int i = 0; i < width; ++i) bytes_.push_back(static_cast<uint8_t>(value >> (8 * i)));
    return *this;
  }
  Code& nops(size_t count) {
    bytes_.insert(bytes_.end(), count, 0x90);
    return *this;
  }
  /// mov reg, imm64
  Code& set(asx::Register reg, uint64_t immediate) {
    return raw({reg >= 8 ? 0x49 : 0x48, 0xb8 | low_bits(reg)}).value(immediate, 8);
  }
  /// mov [reg], source (64 bits; no RSP, RBP, R12, R13 as base)
  Code& store(asx::Register base, asx::Register source) { return move(0x89, base, source); }
  /// mov target, [reg]
  Code& load(asx::Register target, asx::Register base) { return move(0x8b, base, target); }
  Code& increment(asx::Register reg) { return raw({reg >= 8 ? 0x49 : 0x48, 0xff, 0xc0 | low_bits(reg)}); }
  Code& decrement(asx::Register reg) { return raw({reg >= 8 ? 0x49 : 0x48, 0xff, 0xc8 | low_bits(reg)}); }
  Code& asx(asx::Mnemonic mnemonic, int reg = 0, int rm = 0) {
    const auto encoding = asx::encode({mnemonic, static_cast<uint8_t>(reg), static_cast<uint8_t>(rm), 0});
    bytes_.insert(bytes_.end(), encoding.bytes.begin(), encoding.bytes.begin() + encoding.length);
    return *this;
  }
  /// jnz / jmp back to an offset in this code (near forms)
  Code& jump_if_not_zero(size_t offset) { return raw({0x0f, 0x85}).displacement(offset); }
  Code& jump(size_t offset) { return raw({0xe9}).displacement(offset); }
  Code& undefined() { return raw({0x0f, 0x0b}); }
  Code& system_call() { return raw({0x0f, 0x05}); }

  /// Replaces bytes that are there.
  void patch(size_t at, uint64_t value, size_t width) {
    for (size_t i = 0; i < width; ++i) bytes_.at(at + i) = static_cast<uint8_t>(value >> (8 * i));
  }

  [[nodiscard]] size_t here() const { return bytes_.size(); }
  [[nodiscard]] const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  static int low_bits(asx::Register reg) { return static_cast<int>(reg & 7u); }
  Code& displacement(size_t target) { return value(static_cast<uint64_t>(target) - (bytes_.size() + 4), 4); }
  Code& move(int opcode, asx::Register base, asx::Register other) {
    const int rex = 0x48 | (other >= 8 ? 4 : 0) | (base >= 8 ? 1 : 0);
    return raw({rex, opcode, low_bits(other) << 3 | low_bits(base)});
  }

  std::vector<uint8_t> bytes_;
};

}  // namespace test
