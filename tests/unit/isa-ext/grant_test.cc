// SPDX-License-Identifier: GPL-2.0-or-later
// Spaces that are lent with a call (manual 3.13): the argument slot, and when it is empty again.
#include "tests/unit/isa-ext/scenario.h"

using namespace test;
using asx::Grant;

namespace {

constexpr uint16_t kArgument = asx::kArgumentIndex;
constexpr uint64_t kLendBoth = asx::kLendRead | asx::kLendWrite;

asx::MaybeFault call_lending(Scenario& s, uint64_t loan, uint16_t gate = Scenario::kGateSelector) {
  s.registers.gpr[kRax] = gate;
  s.registers.gpr[kRbx] = loan;
  return s.run(Mnemonic::Gcalla, kRax, kRbx);
}

asx::Result<asx::Translation> access(Scenario& s, uint16_t selector, Access kind) {
  return asx::translate(s.cpu, s.machine.memory, s.variant, VirtualAddress::make({selector}, Scenario::kPage), kind);
}

AsCause cause_of(Scenario& s, uint16_t selector, Access kind = Access::Read) {
  const auto page = access(s, selector, kind);
  return page ? AsCause::None : asx::AsError::from_code(page.fault().error_code).cause;
}

Fault loan_fault(AsCause cause, uint16_t selector) {
  return Fault::address_space(cause, Access::None, AsOperation::Grant, VirtualAddress::make({selector}, 0));
}

/// Lets the service call its own gate 1.
void give_service_its_gate(Scenario& s) {
  s.grant_gate(s.service, 1, s.service, 1);
  s.descriptor(s.service).authority = 2;
}

}  // namespace

TEST_CASE("a callee reaches what its caller lends in the argument slot, and it is gone with the return") {
  Scenario s;
  CHECK(cause_of(s, kArgument) == AsCause::EntryInvalid);
  REQUIRE_FALSE(call_lending(s, Scenario::kDataSelector | kLendBoth));
  CHECK(s.cpu.code.id == s.service);
  for (const Access kind : {Access::Read, Access::Write}) {
    const auto page = access(s, kArgument, kind);
    REQUIRE(page);
    CHECK(page.value().page == s.frame_of(s.data));
    CHECK_FALSE(page.value().execute);
  }
  REQUIRE_FALSE(s.run(Mnemonic::Gret));
  CHECK(cause_of(s, kArgument) == AsCause::EntryInvalid);
}

TEST_CASE("only the rights that are lent are there") {
  Scenario s;
  REQUIRE_FALSE(call_lending(s, Scenario::kDataSelector | asx::kLendRead));
  CHECK(cause_of(s, kArgument, Access::Read) == AsCause::None);
  CHECK(cause_of(s, kArgument, Access::Write) == AsCause::Rights);
  s.registers.gpr[kRcx] = uint64_t{kArgument} << 48;
  REQUIRE_FALSE(s.run(Mnemonic::Tsel, kRcx, kRcx));
  CHECK(s.registers.gpr[kRcx] == asx::kSelectorRead);
}

TEST_CASE("implied spaces can be lent: the caller's own code space and its stack space") {
  for (const uint16_t selector : {uint16_t{0}, uint16_t{0x8000}}) {
    Scenario s;
    const SpaceId lent = selector == 0 ? s.program : s.stack;
    REQUIRE_FALSE(call_lending(s, selector | kLendBoth));
    const auto page = access(s, kArgument, Access::Write);
    REQUIRE(page);
    CHECK(page.value().page == s.frame_of(lent));
  }
}

TEST_CASE("an ordinary call lends nothing, even from a callee that has been lent something") {
  Scenario s;
  give_service_its_gate(s);
  REQUIRE_FALSE(call_lending(s, Scenario::kDataSelector | kLendBoth));
  const unsigned changes = s.engine.translation_changes;
  REQUIRE_FALSE(s.call(1));
  CHECK(cause_of(s, kArgument) == AsCause::EntryInvalid);
  CHECK(s.engine.translation_changes == changes + 1);  // though the space is the same
  REQUIRE_FALSE(s.run(Mnemonic::Gret));
  CHECK(cause_of(s, kArgument) == AsCause::None);
  CHECK(s.engine.translation_changes == changes + 2);
}

TEST_CASE("what has been lent can be lent on, with no more rights") {
  Scenario s;
  give_service_its_gate(s);
  REQUIRE_FALSE(call_lending(s, Scenario::kDataSelector | asx::kLendRead));
  s.registers.gpr[kRax] = 1;
  s.registers.gpr[kRbx] = kArgument | kLendBoth;
  check_refused(s, loan_fault(AsCause::Rights, kArgument), [&] { return s.run(Mnemonic::Gcalla, kRax, kRbx); });
  REQUIRE_FALSE(call_lending(s, kArgument | asx::kLendRead, 1));
  CHECK(cause_of(s, kArgument, Access::Read) == AsCause::None);
  CHECK(cause_of(s, kArgument, Access::Write) == AsCause::Rights);
}

TEST_CASE("a narrow keeps the argument slot and widen leaves it") {
  Scenario s;
  REQUIRE_FALSE(call_lending(s, Scenario::kDataSelector | kLendBoth));
  REQUIRE_FALSE(s.narrow_to());
  CHECK(cause_of(s, kArgument, Access::Write) == AsCause::None);
  REQUIRE_FALSE(s.narrow_to(0x8000));
  CHECK(cause_of(s, kArgument, Access::Write) == AsCause::None);
  REQUIRE_FALSE(s.run(Mnemonic::Widen));
  REQUIRE_FALSE(s.run(Mnemonic::Widen));
  CHECK(cause_of(s, kArgument, Access::Write) == AsCause::None);
}

TEST_CASE("an event handler does not have the argument of the code it interrupts, which has it again afterwards") {
  Scenario s;
  REQUIRE_FALSE(call_lending(s, Scenario::kDataSelector | kLendBoth));
  REQUIRE_FALSE(asx::deliver_event(s.machine, {asx::kVectorInterrupt, 0, {0xdddd'dddd'dddd'dddd}}));
  CHECK(cause_of(s, kArgument) == AsCause::EntryInvalid);
  REQUIRE_FALSE(s.run(Mnemonic::Gret));
  CHECK(cause_of(s, kArgument, Access::Write) == AsCause::None);
}

TEST_CASE("the caller's entry may go while it is lent, the space's death ends the loan") {
  Scenario s;
  REQUIRE_FALSE(call_lending(s, Scenario::kDataSelector | kLendBoth));
  s.entry(s.program, Scenario::kDataSelector).flags = 0;
  CHECK(cause_of(s, kArgument) == AsCause::None);
  ++s.descriptor(s.data).generation;
  CHECK(cause_of(s, kArgument) == AsCause::SpaceGeneration);
  s.descriptor(s.data).flags = 0;
  CHECK(cause_of(s, kArgument) == AsCause::SpaceInvalid);
}

TEST_CASE("tselc tells what the caller itself has been lent") {
  Scenario s;
  give_service_its_gate(s);
  REQUIRE_FALSE(call_lending(s, Scenario::kDataSelector | asx::kLendRead));
  s.registers.gpr[kRcx] = uint64_t{kArgument} << 48;
  REQUIRE_FALSE(s.run(Mnemonic::Tselc, kRdi, kRcx));
  CHECK(s.registers.gpr[kRdi] == 0);  // the program has been lent nothing
  REQUIRE_FALSE(s.call(1));
  s.registers.gpr[kRcx] = uint64_t{kArgument} << 48;
  REQUIRE_FALSE(s.run(Mnemonic::Tselc, kRdi, kRcx));
  CHECK(s.registers.gpr[kRdi] == asx::kSelectorRead);
}

TEST_CASE("the argument slot has slot generation 0, is no gate, and is there however short the list") {
  Scenario s;
  s.descriptor(s.service).list_length = 1;
  REQUIRE_FALSE(call_lending(s, Scenario::kDataSelector | kLendBoth));
  CHECK(cause_of(s, kArgument) == AsCause::None);
  CHECK(cause_of(s, 0x1000 | kArgument) == AsCause::SlotGeneration);
  CHECK(cause_of(s, 0x8000 | kArgument) == AsCause::EntryInvalid);  // of the stack half it is an ordinary slot
  s.registers.gpr[kRax] = kArgument;
  check_refused(s,
                Fault::address_space(AsCause::EntryKind, Access::None, AsOperation::GateCall,
                                     VirtualAddress::make({kArgument}, 0)),
                [&] { return s.gcall(); });
}

TEST_CASE("a loan makes its checks after those of the call, in the documented order") {
  std::vector<Violation> violations = {
      {AsCause::Operand, [](Scenario& s) { s.registers.gpr[kRbx] &= 0xffff; }},
  };
  for (const Violation& violation :
       entry_violations(&Scenario::stack, Scenario::kHeapSelector & 0x7fff, &Scenario::data, asx::EntryKind::Gate)) {
    violations.push_back(violation);
  }
  violations.push_back({AsCause::Rights, [](Scenario& s) {
                          s.entry(s.stack, Scenario::kHeapSelector & 0x7fff).flags &= ~uint32_t{asx::kEntryWrite};
                        }});
  const auto prepare = [](Scenario& s) {
    s.registers.gpr[kRax] = Scenario::kGateSelector;
    s.registers.gpr[kRbx] = Scenario::kHeapSelector | kLendBoth;
  };
  const auto action = [](Scenario& s) { return s.run(Mnemonic::Gcalla, kRax, kRbx); };
  check_order(violations, prepare, action, [](AsCause cause) { return loan_fault(cause, Scenario::kHeapSelector); });

  Scenario s;
  prepare(s);
  for (const Violation& violation : violations) {
    if (violation.cause != AsCause::SelectorIndex) violation.apply(s);
  }
  s.gate(s.service, 1).flags = 0;
  check_refused(s,
                Fault::address_space(AsCause::GateInvalid, Access::None, AsOperation::GateCall,
                                     VirtualAddress::make({Scenario::kGateSelector}, 0)),
                [&] { return action(s); });
}
