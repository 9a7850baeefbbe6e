// SPDX-License-Identifier: GPL-2.0-or-later
// The same code with the same registers in two worlds. In the world with modes each register's pages lie in a space of
// their own, which only the selector register reaches that the mode gives to it; at the same offsets there is nothing
// in any other space. In the tagged world all these pages lie in the code space, so the same registers are tagged
// pointers with selector 0. Whatever the code does, both must end in the same state.
#pragma once
#include <array>
#include <functional>
#include <string>

#include "tests/unit/emu/world.h"

namespace test {

/// Pages of its own: one region for each base register, and for what has none.
enum Region : unsigned {
  // 0 to 15: what the register of that number points to
  kStringTarget = 16,  ///< what RDI points to in string instructions of segment mode
  kAbsolute = 17,      ///< operands without a base
  kRelative = 18,      ///< operands relative to RIP
  kRegions = 19,
};
constexpr uint64_t kRegionPages = 2;
constexpr uint64_t kRegionSize = kRegionPages * asx::kPageSize;

[[nodiscard]] constexpr uint64_t region_start(unsigned region) {
  return 0x5000'0000 + uint64_t{region} * 0x10'2000;
}

/// Code at an address, and the registers it starts with.
struct OperandCase {
  std::string name;
  uint64_t address;
  std::vector<uint8_t> code;
  asx::Registers registers;
  unsigned region = kRelative;  ///< whose selector a page fault on data names
};

/// What is left of a case.
struct Outcome {
  asx::Frame frame;
  uint64_t instructions;
  std::vector<std::byte> memory;  ///< of all regions
};

class OperandWorld : public World {
 public:
  /// The mode is that of the style; Tagged has all in the code space.
  explicit OperandWorld(asx::OperandStyle style);

  /// Runs it to its event. The regions are as at the beginning again afterwards.
  [[nodiscard]] Outcome run_case(const OperandCase& item);
  void put_code(const OperandCase& item);

  /// The selector that reaches a region here; 0: the code space.
  [[nodiscard]] asx::Selector selector_of(unsigned region) const;
  [[nodiscard]] asx::SpaceId space_of(unsigned region) const;
  [[nodiscard]] asx::PhysicalAddress memory_of(unsigned region) const { return memory_[region]; }
  [[nodiscard]] asx::SpaceId program() const { return program_; }
  [[nodiscard]] asx::OperandStyle style() const { return style_; }
  void set_pattern();
  /// The CPU as at the start of a case, in the mode.
  void enter(const asx::Registers& registers);

 private:
  asx::OperandStyle style_;
  asx::SpaceId program_;
  std::array<asx::SpaceId, 16> spaces_{};
  std::array<asx::PhysicalAddress, kRegions> memory_{};
  asx::CpuState begin_;
};

/// Registers of which each points into its region, at an offset.
[[nodiscard]] asx::Registers pointing_registers(uint64_t offset);

}  // namespace test
