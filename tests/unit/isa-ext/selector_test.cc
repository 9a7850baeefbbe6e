// SPDX-License-Identifier: GPL-2.0-or-later
// tsel, tselc, and the property that a list answers exactly the selectors it grants.
#include "tests/unit/isa-ext/scenario.h"

using namespace test;

namespace {

constexpr uint64_t kReadWriteAnswer = asx::kSelectorRead | asx::kSelectorWrite;

uint64_t tsel(Scenario& s, uint16_t selector) {
  s.registers.gpr[kRdi] = VirtualAddress::make({selector}, 0x1234).value;
  REQUIRE_FALSE(s.run(Mnemonic::Tsel, kRsi, kRdi));
  return s.registers.gpr[kRsi];
}

uint64_t tselc(Scenario& s, uint16_t selector) {
  s.registers.gpr[kRdi] = VirtualAddress::make({selector}, 0x1234).value;
  REQUIRE_FALSE(s.run(Mnemonic::Tselc, kRsi, kRdi));
  return s.registers.gpr[kRsi];
}

}  // namespace

TEST_CASE("of all 65,536 selectors exactly the granted ones answer, with exactly their rights") {
  for (const uint32_t bits : {1u, 4u, 12u, 15u}) {
    Scenario s({.selector_bits = bits, .frames = 120, .reserve = 8});
    s.entry(s.program, 3) = s.entry(s.program, 2);
    s.entry(s.program, 3).slot_generation = 5;
    const uint32_t generation_of_3 = 5 & ((1u << (15 - bits)) - 1);
    for (uint32_t value = 0; value <= 0xffff; ++value) {
      const asx::Selector selector{static_cast<uint16_t>(value)};
      const bool code = selector.half() == asx::Half::Code;
      const uint32_t index = selector.index(bits);
      const uint32_t generation = selector.slot_generation(bits);
      uint64_t expected = 0;
      if (index == 0 && generation == 0) expected = kReadWriteAnswer;
      if (index == 1 && generation == 0) expected = code ? uint64_t{asx::kSelectorGate} : kReadWriteAnswer;
      if (index == 2 && generation == 0) expected = kReadWriteAnswer;
      if (code && index == 3 && generation == generation_of_3) expected = kReadWriteAnswer;
      if (asx::selector_rights(s.machine, selector) != expected)
        FAIL("selector " << value << " with " << bits << " bits");
    }
  }
}

TEST_CASE("a selector translates if and only if tsel says so, right by right") {
  Scenario s;
  s.grant_space(s.program, 3, s.data, asx::kEntryRead);
  s.grant_space(s.program, 4, s.data, asx::kEntryWrite);
  s.grant_space(s.program, 5, s.data, 0);
  for (uint32_t value = 0; value <= 0xffff; ++value) {
    const asx::Selector selector{static_cast<uint16_t>(value)};
    const uint64_t rights = asx::selector_rights(s.machine, selector);
    const auto address = VirtualAddress::make(selector, Scenario::kPage);
    const bool reads = asx::translate(s.cpu, s.machine.memory, s.variant, address, Access::Read).has_value();
    const bool writes = asx::translate(s.cpu, s.machine.memory, s.variant, address, Access::Write).has_value();
    const uint64_t found = (reads ? uint64_t{asx::kSelectorRead} : 0) | (writes ? uint64_t{asx::kSelectorWrite} : 0);
    if ((rights & kReadWriteAnswer) != found) FAIL("selector " << value);
  }
}

TEST_CASE("tsel answers with the rights of the entry and changes only its target") {
  Scenario s;
  s.grant_space(s.program, 3, s.data, asx::kEntryRead);
  CHECK(tsel(s, 3) == asx::kSelectorRead);
  CHECK(tsel(s, Scenario::kGateSelector) == asx::kSelectorGate);
  CHECK(tsel(s, 7) == 0);
  CHECK(tsel(s, 0xffff) == 0);
  const asx::Registers before = s.registers;
  s.registers.gpr[kRdi] = VirtualAddress::make({3}, 9).value;
  asx::Registers expected = s.registers;
  REQUIRE_FALSE(s.run(Mnemonic::Tsel, kR12, kRdi));
  expected.gpr[kR12] = asx::kSelectorRead;
  expected.rip = before.rip + 5;
  CHECK((s.registers == expected));
}

TEST_CASE("a stale entry answers 0") {
  Scenario s;
  ++s.descriptor(s.data).generation;
  CHECK(tsel(s, Scenario::kDataSelector) == 0);
  CHECK(tsel(s, Scenario::kHeapSelector) == 0);
}

TEST_CASE("tselc answers for the caller's sets, tsel for the callee's own") {
  Scenario s;
  s.grant_space(s.service, 5, s.data, Scenario::kReadWrite);
  REQUIRE_FALSE(s.call());
  CHECK(tsel(s, Scenario::kDataSelector) == 0);
  CHECK(tselc(s, Scenario::kDataSelector) == kReadWriteAnswer);
  CHECK(tselc(s, Scenario::kGateSelector) == asx::kSelectorGate);
  CHECK(tsel(s, 5) == kReadWriteAnswer);
  CHECK(tselc(s, 5) == 0);
  CHECK(tselc(s, 0) == kReadWriteAnswer);
  CHECK(tselc(s, Scenario::kHeapSelector) == kReadWriteAnswer);
  // what the callee narrows to does not change what its caller could reach, but its own narrow frame is now on top
  REQUIRE_FALSE(s.narrow_to());
  CHECK(tsel(s, Scenario::kHeapSelector) == 0);
  CHECK(tselc(s, Scenario::kHeapSelector) == kReadWriteAnswer);
  CHECK(tselc(s, Scenario::kDataSelector) == 0);
}

TEST_CASE("tselc answers 0 for a caller that died, and is refused without a caller") {
  Scenario s;
  s.registers.gpr[kRdi] = 0;
  check_refused(s, Fault::address_space(AsCause::SecureStackEmpty, Access::None, AsOperation::Other, {}),
                [&] { return s.run(Mnemonic::Tselc, kRsi, kRdi); });
  REQUIRE_FALSE(s.call());
  ++s.descriptor(s.program).generation;
  CHECK(tselc(s, Scenario::kDataSelector) == 0);
  CHECK(tselc(s, Scenario::kHeapSelector) == kReadWriteAnswer);
}
