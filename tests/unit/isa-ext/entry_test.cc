// SPDX-License-Identifier: GPL-2.0-or-later
// --entry (manual 7.4): whether the caller may say where a gate is entered.
#include "tests/unit/isa-ext/scenario.h"

using namespace test;

namespace {

constexpr uint64_t kMiddle = 0x30'1234'5678;

/// The operand of gcall that names the gate, and an offset above the selector.
uint64_t far_pointer(uint64_t offset) {
  return offset << 16 | Scenario::kGateSelector;
}

asx::Registers entered(asx::EntryPoint value, uint64_t offset) {
  Scenario s({.entry = value});
  s.registers.gpr[kRax] = far_pointer(offset);
  REQUIRE_FALSE(s.gcall());
  CHECK(s.cpu.code.id == s.service);
  CHECK(s.frame(0).rip == 0x40'1000 + 4);
  CHECK(s.frame(0).pool_slot == 1);
  return s.registers;
}

}  // namespace

TEST_CASE("with entry=gate a call enters where the gate says, whatever lies above the selector") {
  for (const uint64_t offset : {uint64_t{0}, uint64_t{1}, kMiddle, asx::kOffsetMask}) {
    CHECK(entered(asx::EntryPoint::Gate, offset).rip == 0x30'1000);
  }
}

TEST_CASE("with entry=anywhere a call enters at the offset above the selector, and is otherwise the same call") {
  for (const uint64_t offset : {uint64_t{1}, kMiddle, asx::kOffsetMask}) {
    asx::Registers expected = entered(asx::EntryPoint::Gate, offset);
    expected.rip = offset;
    CHECK((entered(asx::EntryPoint::Anywhere, offset) == expected));
  }
}

TEST_CASE("with entry=anywhere a call that names no offset enters where the gate says") {
  CHECK(entered(asx::EntryPoint::Anywhere, 0).rip == 0x30'1000);
}

TEST_CASE("with entry=anywhere syscall and events still enter where their gates say") {
  Scenario s({.entry = asx::EntryPoint::Anywhere});
  for (uint64_t& value : s.registers.gpr) value = far_pointer(kMiddle);
  s.cpu.code.syscall_selector = Scenario::kGateSelector;
  REQUIRE_FALSE(asx::system_call(s.machine));
  CHECK(s.registers.rip == 0x30'1000);
  REQUIRE_FALSE(asx::deliver_event(s.machine, {asx::kVectorDivideError, 0, {}}));
  CHECK(s.registers.rip == 0x10'0000);
}

TEST_CASE("with entry=anywhere every other check of a gate call is still made") {
  const std::vector<std::pair<AsCause, std::function<void(Scenario&)>>> violations = {
      {AsCause::SelectorIndex, [](Scenario& s) { s.cpu.code.list_length = 1; }},
      {AsCause::EntryKind, [](Scenario& s) { s.entry(s.program, 1).kind = asx::EntryKind::Space; }},
      {AsCause::SlotGeneration, [](Scenario& s) { ++s.entry(s.program, 1).slot_generation; }},
      {AsCause::NotCodeSpace, [](Scenario& s) { s.descriptor(s.service).flags &= ~uint32_t{asx::kSpaceCode}; }},
      {AsCause::GateInvalid, [](Scenario& s) { s.gate(s.service, 1).flags = 0; }},
      {AsCause::Authority, [](Scenario& s) { s.cpu.code.authority = 0; }},
      {AsCause::PoolEmpty, [](Scenario& s) { s.at<asx::StackPool>(s.pool).first_free = 0; }},
  };
  for (const auto& [cause, apply] : violations) {
    Scenario s({.entry = asx::EntryPoint::Anywhere});
    apply(s);
    s.registers.gpr[kRax] = far_pointer(kMiddle);
    check_refused(s,
                  Fault::address_space(cause, Access::None, AsOperation::GateCall,
                                       VirtualAddress::make({Scenario::kGateSelector}, 0)),
                  [&] { return s.gcall(); });
  }
}
