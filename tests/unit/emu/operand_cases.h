// SPDX-License-Identifier: GPL-2.0-or-later
// Cases for operand_world.h, put together from instruction forms (operand_forms.h), and their comparison.
#pragma once
#include "tests/unit/emu/operand_world.h"

namespace test {

inline constexpr uint64_t kCode = 0x4800'0000;  // the regions lie within a relative operand's reach
inline constexpr uint64_t kOffset = 0x800;      // where in a region registers point
inline constexpr int kNone = -1;

/// A ModRM operand: base and index are register numbers or kNone.
struct Address {
  int base = kNone, index = kNone;
  int shift = 0;
  int64_t displacement = 0;
  bool is_relative = false, is_32_bit = false;
  int width = 32;  ///< of the displacement: 0, 8 or 32 bits
};

/// What stands in the text of a form.
struct FormParts {
  std::vector<int> prefixes, opcode, immediate;
  bool wide = false;
  int extension = 0;
};

[[nodiscard]] FormParts parse(const char* text);

/// Puts code together at an address.
class Assembler {
 public:
  explicit Assembler(uint64_t address) : address_(address) {}
  Assembler& raw(std::initializer_list<int> bytes) { return raw_bytes(bytes); }
  Assembler& raw_bytes(const std::vector<int>& bytes) {
    for (const int byte : bytes) bytes_.push_back(static_cast<uint8_t>(byte));
    return *this;
  }
  Assembler& number(uint64_t value, int width) {
    for (int i = 0; i < width; ++i) bytes_.push_back(static_cast<uint8_t>(value >> 8 * i));
    return *this;
  }
  Assembler& form(const FormParts& form, const Address& address, std::initializer_list<int> prefixes = {}) {
    raw(prefixes);
    if (address.is_32_bit) raw({0x67});
    for (const int byte : form.prefixes) raw({byte});
    const int rex = (form.wide ? 8 : 0) | (address.index > 7 ? 2 : 0) | (address.base > 7 ? 1 : 0);
    if (rex != 0) raw({0x40 | rex});
    for (const int byte : form.opcode) raw({byte});
    operand(form.extension, address, form.immediate.size());
    for (const int byte : form.immediate) raw({byte});
    return *this;
  }
  /// An instruction with opcode bytes and /reg, relative to RIP, to an offset in kRelative.
  Assembler& relative(std::initializer_list<int> opcode, int reg, uint64_t offset) {
    raw(opcode);
    Address address;
    address.is_relative = true;
    address.displacement = static_cast<int64_t>(region_start(kRelative) + offset);
    operand(reg, address, 0);
    return *this;
  }
  [[nodiscard]] const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  void operand(int reg, const Address& address, size_t behind) {
    const int field = reg << 3;
    if (address.is_relative) {
      raw({field | 5});
      const uint64_t next = address_ + bytes_.size() + 4 + behind;
      number(static_cast<uint64_t>(address.displacement) - next, 4);
      return;
    }
    if (address.base == kNone) {
      raw({field | 4, address.shift << 6 | (address.index == kNone ? 4 : address.index & 7) << 3 | 5});
      number(static_cast<uint64_t>(address.displacement), 4);
      return;
    }
    const int mode = address.width == 0 ? 0 : address.width == 8 ? 1 : 2;
    const bool needs_sib = (address.base & 7) == 4 || address.index != kNone;
    raw({mode << 6 | field | (needs_sib ? 4 : address.base & 7)});
    if (needs_sib)
      raw({address.shift << 6 | (address.index == kNone ? 4 : address.index & 7) << 3 | (address.base & 7)});
    number(static_cast<uint64_t>(address.displacement), address.width / 8);
  }

  uint64_t address_;
  std::vector<uint8_t> bytes_;
};

/// All cases of a test, in code that lies side by side.
class Cases {
 public:
  void add(const std::string& name, const asx::Registers& registers, unsigned region,
           const std::function<void(Assembler&)>& write) {
    Assembler code(next_);
    write(code);
    code.raw({0x0f, 0x0b});
    cases_.push_back({name, next_, code.bytes(), registers, region});
    next_ += code.bytes().size();
  }
  [[nodiscard]] const std::vector<OperandCase>& all() const { return cases_; }

 private:
  uint64_t next_ = kCode;
  std::vector<OperandCase> cases_;
};

/// Runs all in both worlds. How many ended otherwise than at an undefined instruction.
[[nodiscard]] size_t compare(asx::OperandStyle style, const std::vector<OperandCase>& cases);

inline constexpr asx::OperandStyle kStyles[] = {asx::OperandStyle::AccessRegister, asx::OperandStyle::Segment};

}  // namespace test
