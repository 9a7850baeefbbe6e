// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/emu/operand_world.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace test {
namespace {

emu::EngineOptions options_of(asx::OperandStyle style) {
  emu::EngineOptions options;
  options.variant.operand = style;
  return options;
}

asx::OperandMode mode_of(asx::OperandStyle style) {
  switch (style) {
    case asx::OperandStyle::AccessRegister:
      return asx::OperandMode::AccessRegister;
    case asx::OperandStyle::Segment:
      return asx::OperandMode::Segment;
    case asx::OperandStyle::Tagged:
      break;
  }
  return asx::OperandMode::Tagged;
}

/// The selector whose slot has the number. Slot 7 of the code half is the argument slot; CS and SS are one space here,
/// so that the stack half has the same list.
uint16_t number_for(unsigned slot) {
  return static_cast<uint16_t>(slot == 7 ? 0x8007 : slot);
}

std::vector<std::byte> make_pattern() {
  std::vector<std::byte> pattern(kRegions * kRegionSize);
  uint64_t state = 0x1234'5678'9abc'def1;
  for (std::byte& byte : pattern) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    byte = static_cast<std::byte>(state >> 56);
  }
  return pattern;
}

}  // namespace

asx::Selector OperandWorld::selector_of(unsigned region) const {
  switch (style_) {
    case asx::OperandStyle::Tagged:
      return {};
    case asx::OperandStyle::AccessRegister:
      return {region < 16 ? number_for(region) : uint16_t{0}};
    case asx::OperandStyle::Segment:
      if (region == kRelative) return {};
      if (region == kStringTarget) return {asx::kEs};
      return {region == asx::kRsp || region == asx::kRbp ? asx::kSs : asx::kDs};
  }
  return {};
}

asx::SpaceId OperandWorld::space_of(unsigned region) const {
  const uint16_t selector = selector_of(region).value;
  return selector == 0 ? program_ : spaces_[selector & 15];
}

OperandWorld::OperandWorld(asx::OperandStyle style)
    : World(options_of(style)), style_(style), program_(space(asx::kSpaceCode, "program")) {
  for (uint32_t i = 1; i < 16; ++i) {
    spaces_[i] = space(0, "data");
    grant_space(program_, i, spaces_[i], asx::kEntryRead | asx::kEntryWrite);
  }
  for (unsigned i = 0; i < kRegions; ++i) {
    memory_[i] = map_new(space_of(i), region_start(i), kRegionPages, kData);
  }
  start(program_, 0);
  begin_ = engine->cpu();
  begin_.operand_mode = mode_of(style);
  for (unsigned i = 1; i < 16; ++i) begin_.selector_registers[i - 1] = number_for(i);
  set_pattern();
}

void OperandWorld::set_pattern() {
  static const std::vector<std::byte> pattern = make_pattern();
  for (size_t i = 0; i < kRegions; ++i) {
    std::memcpy(memory.range(memory_[i].value, kRegionSize).data(), pattern.data() + i * kRegionSize, kRegionSize);
  }
}

void OperandWorld::put_code(const OperandCase& item) {
  const uint64_t last = item.address + item.code.size() - 1;
  for (uint64_t page = item.address & ~asx::kPageMask; page <= last; page += asx::kPageSize) {
    if ((page_entry(program_, page) & asx::kPtePresent) == 0) map_new(program_, page, 1, kCodeFlags);
  }
  for (size_t i = 0; i < item.code.size(); ++i) {
    const uint64_t at = item.address + i;
    const asx::PhysicalAddress page{page_entry(program_, at) & asx::kPteAddressMask};
    this->at<uint8_t>(page + (at & asx::kPageMask)) = item.code[i];
  }
}

void OperandWorld::enter(const asx::Registers& registers) {
  engine->cpu() = begin_;
  thread().secure_stack_top = thread().secure_stack_base;
  thread().cs_id = thread().ss_id = program_.value;
  engine->set_registers(registers);
}

Outcome OperandWorld::run_case(const OperandCase& item) {
  asx::Registers registers = item.registers;
  registers.rip = item.address;
  enter(registers);
  const uint64_t before = instructions();
  Outcome outcome{run_to_event(), instructions() - before, {}};
  for (const asx::PhysicalAddress region : memory_) {
    const auto bytes = memory.range(region.value, kRegionSize);
    outcome.memory.insert(outcome.memory.end(), bytes.begin(), bytes.end());
  }
  set_pattern();
  return outcome;
}

asx::Registers pointing_registers(uint64_t offset) {
  asx::Registers registers;
  for (unsigned i = 0; i < 16; ++i) registers.gpr[i] = region_start(i) + offset;
  return registers;
}

}  // namespace test
