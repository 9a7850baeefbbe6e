// SPDX-License-Identifier: GPL-2.0-or-later
// The operand mode in the model: its instructions, its place in frames, and which register names an operand's space.
#include "isa-ext/model/operand_mode.h"

#include "tests/unit/isa-ext/scenario.h"

using namespace test;
using asx::OperandBase;
using asx::OperandMode;
using asx::OperandStyle;
using asx::SegmentPrefix;

namespace {

asx::Variant variant_with(OperandStyle style) {
  asx::Variant variant;
  variant.operand = style;
  return variant;
}

uint8_t number(OperandMode mode) {
  return static_cast<uint8_t>(mode);
}

Fault operand_fault() {
  return Fault::address_space(AsCause::Operand, Access::None, AsOperation::Other, {});
}

constexpr OperandBase kNoBase{};
constexpr OperandBase kRip{OperandBase::InstructionPointer, asx::kRax};

OperandBase base(asx::Register reg) {
  return {OperandBase::General, reg};
}

}  // namespace

TEST_CASE("sac enters the mode that the variant offers, and leaves it") {
  for (const auto& [style, mode] : {std::pair(OperandStyle::AccessRegister, OperandMode::AccessRegister),
                                    std::pair(OperandStyle::Segment, OperandMode::Segment)}) {
    Scenario s(variant_with(style));
    const uint64_t rip = s.registers.rip;
    REQUIRE_FALSE(s.run(Mnemonic::Sac, 0, number(mode)));
    CHECK(s.cpu.operand_mode == mode);
    CHECK(s.registers.rip == rip + 4);
    CHECK(s.engine.translation_changes == 1);
    REQUIRE_FALSE(s.run(Mnemonic::Sac, 0, number(mode)));
    CHECK(s.engine.translation_changes == 1);
    REQUIRE_FALSE(s.run(Mnemonic::Sac, 0, number(OperandMode::Tagged)));
    CHECK(s.cpu.operand_mode == OperandMode::Tagged);
  }
}

TEST_CASE("sac refuses a mode that the variant does not offer") {
  Scenario access_register(variant_with(OperandStyle::AccessRegister));
  Scenario segment(variant_with(OperandStyle::Segment));
  for (uint8_t mode = 0; mode < 16; ++mode) {
    INFO("mode " << int{mode});
    if (mode > 1)
      check_refused(access_register, operand_fault(), [&] { return access_register.run(Mnemonic::Sac, 0, mode); });
    if (mode == 1 || mode > 2)
      check_refused(segment, operand_fault(), [&] { return segment.run(Mnemonic::Sac, 0, mode); });
  }
}

TEST_CASE("without the variant's flag the instructions of the modes are undefined") {
  Scenario s;
  for (const Mnemonic mnemonic : {Mnemonic::Sac, Mnemonic::Ldsel, Mnemonic::Stsel}) {
    const auto before = s.snapshot();
    CHECK(s.run(mnemonic, mnemonic == Mnemonic::Sac ? 0 : 1, 1) == Fault{asx::kVectorInvalidOpcode, 0, {}});
    CHECK((s.snapshot() == before));
  }
  CHECK(s.observer.refusals.empty());
}

TEST_CASE("ldsel loads the low 16 bits, and stsel reads them") {
  Scenario s(variant_with(OperandStyle::AccessRegister));
  for (uint8_t i = 1; i < 16; ++i) {
    s.registers.gpr[kRcx] = 0xffff'ffff'fff0'8100u + i;
    REQUIRE_FALSE(s.run(Mnemonic::Ldsel, i, kRcx));
    s.registers.gpr[kRdi] = ~uint64_t{0};
    REQUIRE_FALSE(s.run(Mnemonic::Stsel, kRdi, i));
    CHECK(s.registers.gpr[kRdi] == 0x8100u + i);
  }
  for (uint16_t i = 1; i < 16; ++i) CHECK(s.cpu.selector_registers[i - 1u] == 0x8100 + i);
}

TEST_CASE("selector registers are 1 to 15 in access-register mode, and three in segment mode") {
  Scenario access_register(variant_with(OperandStyle::AccessRegister));
  Scenario segment(variant_with(OperandStyle::Segment));
  for (uint8_t i = 0; i < 16; ++i) {
    INFO("register " << int{i});
    const auto load = [&](Scenario& s) { return s.run(Mnemonic::Ldsel, i, kRcx); };
    const auto store = [&](Scenario& s) { return s.run(Mnemonic::Stsel, kRcx, i); };
    for (const bool is_load : {false, true}) {
      const auto action = [&](Scenario& s) { return is_load ? load(s) : store(s); };
      if (i == 0)
        check_refused(access_register, operand_fault(), [&] { return action(access_register); });
      else
        CHECK_FALSE(action(access_register));
      if (i == 0 || i > 3)
        check_refused(segment, operand_fault(), [&] { return action(segment); });
      else
        CHECK_FALSE(action(segment));
    }
  }
}

TEST_CASE("a gate call and an event save the mode and enter in tagged mode, and the return restores it") {
  for (const bool is_event : {false, true}) {
    Scenario s(variant_with(OperandStyle::AccessRegister));
    s.cpu.operand_mode = OperandMode::AccessRegister;
    for (uint16_t i = 0; i < 15; ++i) s.cpu.selector_registers[i] = static_cast<uint16_t>(0x100 + i);
    const auto before = s.cpu.selector_registers;
    if (is_event) {
      REQUIRE_FALSE(asx::deliver_event(s.machine, {asx::kVectorInvalidOpcode, 0, {}}));
    } else {
      REQUIRE_FALSE(s.call());
    }
    CHECK(s.cpu.operand_mode == OperandMode::Tagged);
    CHECK(s.cpu.selector_registers == before);
    CHECK(s.frame(0).operand_mode == OperandMode::AccessRegister);
    CHECK(std::equal(before.begin(), before.end(), s.frame(0).selector_registers));
    s.cpu.selector_registers.fill(0xbad);
    REQUIRE_FALSE(s.run(Mnemonic::Gret));
    CHECK(s.cpu.operand_mode == OperandMode::AccessRegister);
    CHECK(s.cpu.selector_registers == before);
  }
}

TEST_CASE("narrow and widen leave the mode alone") {
  Scenario s(variant_with(OperandStyle::Segment));
  s.cpu.operand_mode = OperandMode::Segment;
  REQUIRE_FALSE(s.narrow_to());
  CHECK(s.cpu.operand_mode == OperandMode::Segment);
  s.cpu.selector_registers[0] = 7;
  REQUIRE_FALSE(s.run(Mnemonic::Widen));
  CHECK(s.cpu.operand_mode == OperandMode::Segment);
  CHECK(s.cpu.selector_registers[0] == 7);
}

TEST_CASE("a frame whose mode the variant does not offer returns in tagged mode") {
  for (const OperandStyle style : {OperandStyle::Tagged, OperandStyle::Segment}) {
    Scenario s(variant_with(style));
    REQUIRE_FALSE(s.call());
    s.frame(0).operand_mode = OperandMode::AccessRegister;
    REQUIRE_FALSE(s.run(Mnemonic::Gret));
    CHECK(s.cpu.operand_mode == OperandMode::Tagged);
  }
}

TEST_CASE("in access-register mode the base register alone names the space") {
  constexpr auto kMode = OperandMode::AccessRegister;
  using asx::operand_selector;
  for (const SegmentPrefix prefix :
       {SegmentPrefix::None, SegmentPrefix::Es, SegmentPrefix::Cs, SegmentPrefix::Ss, SegmentPrefix::Ds}) {
    CHECK_FALSE(operand_selector(kMode, base(kRax), prefix));
    CHECK_FALSE(operand_selector(kMode, kNoBase, prefix));
    CHECK_FALSE(operand_selector(kMode, kRip, prefix));
    for (uint8_t i = 1; i < 16; ++i) CHECK(operand_selector(kMode, base(static_cast<asx::Register>(i)), prefix) == i);
  }
  CHECK(asx::stack_selector(kMode) == uint8_t{4});
  CHECK(asx::string_target_selector(kMode) == uint8_t{7});
}

TEST_CASE("in segment mode base and prefix name the space as on x86, and CS is the code space") {
  constexpr auto kMode = OperandMode::Segment;
  using asx::kDs, asx::kSs, asx::kEs, asx::operand_selector;
  for (uint8_t i = 0; i < 16; ++i) {
    const OperandBase reg = base(static_cast<asx::Register>(i));
    CHECK(operand_selector(kMode, reg, SegmentPrefix::None) == uint8_t{i == 4 || i == 5 ? kSs : kDs});
    CHECK(operand_selector(kMode, reg, SegmentPrefix::Es) == uint8_t{kEs});
    CHECK(operand_selector(kMode, reg, SegmentPrefix::Ss) == uint8_t{kSs});
    CHECK(operand_selector(kMode, reg, SegmentPrefix::Ds) == uint8_t{kDs});
    CHECK_FALSE(operand_selector(kMode, reg, SegmentPrefix::Cs));
  }
  CHECK(operand_selector(kMode, kNoBase, SegmentPrefix::None) == uint8_t{kDs});
  CHECK_FALSE(operand_selector(kMode, kRip, SegmentPrefix::None));
  CHECK(operand_selector(kMode, kRip, SegmentPrefix::Ds) == uint8_t{kDs});
  CHECK(asx::stack_selector(kMode) == uint8_t{kSs});
  CHECK(asx::string_target_selector(kMode) == uint8_t{kEs});
}
