// SPDX-License-Identifier: GPL-2.0-or-later
// --generations (manual 7.5): whether a selector or an entry that has outlived what it named is noticed.
#include "tests/unit/isa-ext/scenario.h"

using namespace test;

namespace {

constexpr asx::Variant kOff{.generations = asx::Generations::Off};
constexpr uint64_t kAddress = uint64_t{Scenario::kDataSelector} << 48 | Scenario::kPage;

asx::Result<asx::Translation> read(Scenario& s, uint64_t address) {
  return asx::translate(s.cpu, s.machine.memory, s.variant, {address}, Access::Read);
}

/// Software gives the slot to another space, as it may once the selector has been withdrawn.
void give_slot_away(Scenario& s) {
  const uint32_t generation = s.entry(s.program, Scenario::kDataSelector).slot_generation;
  s.grant_space(s.program, Scenario::kDataSelector, s.narrow_stack, Scenario::kReadWrite);
  s.entry(s.program, Scenario::kDataSelector).slot_generation = generation + 1;
}

/// The space dies, and its number is given to a new one with pages of its own.
void let_space_be_reborn(Scenario& s, SpaceId space) {
  ++s.descriptor(space).generation;
  s.descriptor(space).page_table_root = s.descriptor(s.kernel).page_table_root;
}

}  // namespace

TEST_CASE("a selector whose slot has had another owner since reads that owner's page only with generations=off") {
  Scenario on;
  give_slot_away(on);
  const auto refused = read(on, kAddress);
  REQUIRE_FALSE(refused);
  CHECK(refused.fault() == Fault::address_space(AsCause::SlotGeneration, Access::Read, AsOperation::Data, {kAddress}));

  Scenario off(kOff);
  give_slot_away(off);
  const auto page = read(off, kAddress);
  REQUIRE(page);
  CHECK(page.value().page == off.frame_of(off.narrow_stack));
}

TEST_CASE("an entry whose space has died reads the number's next owner only with generations=off") {
  Scenario on;
  let_space_be_reborn(on, on.data);
  const auto refused = read(on, kAddress);
  REQUIRE_FALSE(refused);
  CHECK(refused.fault() == Fault::address_space(AsCause::SpaceGeneration, Access::Read, AsOperation::Data, {kAddress}));

  Scenario off(kOff);
  let_space_be_reborn(off, off.data);
  const auto page = read(off, kAddress);
  REQUIRE(page);
  CHECK(page.value().page == off.frame_of(off.kernel));
}

TEST_CASE("with generations=off a number whose space has no successor is still refused") {
  Scenario s(kOff);
  s.descriptor(s.data).flags = 0;
  const auto refused = read(s, kAddress);
  REQUIRE_FALSE(refused);
  CHECK(refused.fault() == Fault::address_space(AsCause::SpaceInvalid, Access::Read, AsOperation::Data, {kAddress}));
}

TEST_CASE("with generations=off every use of a stale selector or entry goes through") {
  Scenario s(kOff);
  s.descriptor(s.service).generation += 3;
  s.entry(s.program, Scenario::kGateSelector).slot_generation = 5;
  s.descriptor(s.narrow_stack).generation += 2;
  s.entry(s.stack, 1).slot_generation = 7;
  s.registers.gpr[kRcx] = uint64_t{Scenario::kNarrowSelector} << 48;
  REQUIRE_FALSE(s.run(Mnemonic::Tsel, kRax, kRcx));
  CHECK(s.registers.gpr[kRax] == (asx::kSelectorRead | asx::kSelectorWrite));
  REQUIRE_FALSE(s.narrow_to());
  CHECK(s.cpu.stack.id == s.narrow_stack);
  REQUIRE_FALSE(s.call());
  CHECK(s.cpu.code.id == s.service);
  // the spaces to return to have other lives by now, and so has the kernel that events go to
  ++s.descriptor(s.program).generation;
  ++s.descriptor(s.narrow_stack).generation;
  ++s.descriptor(s.kernel).generation;
  REQUIRE_FALSE(asx::deliver_event(s.machine, {asx::kVectorDivideError, 0, {}}));
  CHECK(s.cpu.code.id == s.kernel);
  REQUIRE_FALSE(s.run(Mnemonic::Gret));
  REQUIRE_FALSE(s.run(Mnemonic::Gret));
  CHECK(s.cpu.code.id == s.program);
  CHECK(s.cpu.code.generation == s.descriptor(s.program).generation);
  CHECK(s.cpu.stack.id == s.narrow_stack);
}

TEST_CASE("the generation bits of a selector with index 0 are compared as well, but not with generations=off") {
  constexpr uint64_t kSecondLife = uint64_t{0x1000} << 48 | Scenario::kPage;
  Scenario on;
  REQUIRE_FALSE(read(on, kSecondLife));
  CHECK(read(on, kSecondLife).fault() ==
        Fault::address_space(AsCause::SlotGeneration, Access::Read, AsOperation::Data, {kSecondLife}));
  Scenario off(kOff);
  REQUIRE(read(off, kSecondLife));
  CHECK(read(off, kSecondLife).value().page == off.frame_of(off.program));
  const auto fetch = asx::translate(off.cpu, off.machine.memory, off.variant, {kSecondLife}, Access::Fetch);
  REQUIRE_FALSE(fetch);  // code runs from selector 0 and no other
  CHECK(fetch.fault() ==
        Fault::address_space(AsCause::FetchSelector, Access::Fetch, AsOperation::Fetch, {kSecondLife}));
}
