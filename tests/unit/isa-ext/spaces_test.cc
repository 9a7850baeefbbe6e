// SPDX-License-Identifier: GPL-2.0-or-later
// --spaces (manual 7.10): one space at a time, and only the kernel switches.
#include "tests/unit/isa-ext/scenario.h"

using namespace test;

namespace {

const asx::Variant kOne{.spaces = asx::Spaces::One};

asx::MaybeFault access(Scenario& s, uint16_t selector, Access kind) {
  const auto found = asx::translate(s.cpu, s.machine.memory, s.machine.variant,
                                    VirtualAddress::make({selector}, Scenario::kPage), kind);
  return found ? asx::MaybeFault{} : found.fault();
}

Fault switch_fault(AsOperation operation, VirtualAddress address = {}) {
  return Fault::address_space(AsCause::Switch, Access::None, operation, address);
}

/// Runs the action: it must ask the kernel to switch and change nothing but RIP.
void check_switch(Scenario& s, const Fault& expected, uint64_t rip, const std::function<asx::MaybeFault()>& action) {
  FakeMachine::Snapshot before = s.snapshot();
  const asx::MaybeFault fault = action();
  REQUIRE(fault);
  CHECK(*fault == expected);
  CHECK(s.registers.rip == rip);
  before.registers.rip = rip;
  CHECK((s.snapshot() == before));
}

/// A call from the program into the service, made while the program has the privilege.
void enter_service(Scenario& s) {
  s.become_privileged();
  REQUIRE_FALSE(s.call());
  s.descriptor(s.program).flags &= ~uint32_t{asx::kSpacePrivileged};
}

}  // namespace

TEST_CASE("with spaces=one data is in reach through selector 0 and no other, not even that of the stack space") {
  for (const Access kind : {Access::Read, Access::Write}) {
    Scenario s(kOne);
    CHECK_FALSE(access(s, 0, kind));
    for (const uint16_t selector : {Scenario::kDataSelector, uint16_t{0x8000}, Scenario::kHeapSelector}) {
      const asx::MaybeFault fault = access(s, selector, kind);
      REQUIRE(fault);
      CHECK(*fault == Fault::address_space(AsCause::SelectorIndex, kind, AsOperation::Data,
                                           VirtualAddress::make({selector}, Scenario::kPage)));
    }
  }
}

TEST_CASE("with spaces=one a gate call that passes all checks is a trap, and nothing but RIP has changed") {
  Scenario s(kOne);
  s.registers.gpr[kRax] = Scenario::kGateSelector;
  check_switch(s, switch_fault(AsOperation::GateCall, VirtualAddress::make({Scenario::kGateSelector}, 0)),
               s.registers.rip + 4, [&] { return s.gcall(); });
}

TEST_CASE("with spaces=one syscall is the same trap, and has left its return address in RCX") {
  Scenario s(kOne);
  s.cpu.code.syscall_selector = Scenario::kGateSelector;
  const uint64_t behind = s.registers.rip + 2;
  const asx::MaybeFault fault = asx::system_call(s.machine);
  REQUIRE(fault);
  CHECK(*fault == switch_fault(AsOperation::GateCall, VirtualAddress::make({Scenario::kGateSelector}, 0)));
  CHECK(s.registers.rip == behind);
  CHECK(s.registers.gpr[kRcx] == behind);
  CHECK(s.observer.refusals.empty());
}

TEST_CASE("with spaces=one and entry=anywhere the offset asked for comes in the fault address") {
  Scenario s({.entry = asx::EntryPoint::Anywhere, .spaces = asx::Spaces::One});
  s.registers.gpr[kRax] = uint64_t{0x1234} << 16 | Scenario::kGateSelector;
  check_switch(s, switch_fault(AsOperation::GateCall, VirtualAddress::make({Scenario::kGateSelector}, 0x1234)),
               s.registers.rip + 4, [&] { return s.gcall(); });
}

TEST_CASE("with spaces=one every check of a gate call is still made, and comes before the trap") {
  const std::vector<std::pair<AsCause, std::function<void(Scenario&)>>> violations = {
      {AsCause::EntryKind, [](Scenario& s) { s.entry(s.program, 1).kind = asx::EntryKind::Space; }},
      {AsCause::SlotGeneration, [](Scenario& s) { ++s.entry(s.program, 1).slot_generation; }},
      {AsCause::GateInvalid, [](Scenario& s) { s.gate(s.service, 1).flags = 0; }},
      {AsCause::Authority, [](Scenario& s) { s.cpu.code.authority = 0; }},
      {AsCause::PoolEmpty, [](Scenario& s) { s.at<asx::StackPool>(s.pool).first_free = 0; }},
  };
  for (const auto& [cause, apply] : violations) {
    Scenario s(kOne);
    apply(s);
    s.registers.gpr[kRax] = Scenario::kGateSelector;
    check_refused(s,
                  Fault::address_space(cause, Access::None, AsOperation::GateCall,
                                       VirtualAddress::make({Scenario::kGateSelector}, 0)),
                  [&] { return s.gcall(); });
  }
}

TEST_CASE("with spaces=one calls into the kernel, within a space, and out of the kernel are made by the machine") {
  {
    Scenario s(kOne);
    s.grant_gate(s.program, Scenario::kGateSelector, s.kernel, 2);
    REQUIRE_FALSE(s.call());
    CHECK(s.cpu.code.id == s.kernel);
    REQUIRE_FALSE(s.run(Mnemonic::Gret));
    CHECK(s.cpu.code.id == s.program);
  }
  {
    Scenario s(kOne);
    s.gate(s.program, 1) = s.gate(s.service, 1);
    s.grant_gate(s.program, Scenario::kGateSelector, s.program, 1);
    REQUIRE_FALSE(s.call());
    CHECK(s.depth() == 1);
    REQUIRE_FALSE(s.run(Mnemonic::Gret));
  }
  Scenario s(kOne);
  enter_service(s);
  CHECK(s.cpu.code.id == s.service);
}

TEST_CASE("with spaces=one a return into another space is for the kernel, after all its checks") {
  Scenario s(kOne);
  enter_service(s);
  check_switch(s, switch_fault(AsOperation::Return), s.registers.rip, [&] { return s.run(Mnemonic::Gret); });
  ++s.descriptor(s.program).generation;
  check_refused(s, Fault::address_space(AsCause::ReturnCodeSpace, Access::None, AsOperation::Return, {}),
                [&] { return s.run(Mnemonic::Gret); });
}

TEST_CASE("with spaces=one there is nothing to narrow to and nothing to lend, and tsel says so") {
  Scenario s(kOne);
  s.registers.gpr[kRax] = Scenario::kNarrowSelector;
  s.registers.gpr[kRcx] = 0x7000;
  check_refused(s,
                Fault::address_space(AsCause::SelectorIndex, Access::None, AsOperation::Narrow,
                                     VirtualAddress::make({Scenario::kNarrowSelector}, 0)),
                [&] { return s.narrow(); });
  s.registers.gpr[kRax] = Scenario::kGateSelector;
  s.registers.gpr[kRcx] = asx::kLendRead | Scenario::kDataSelector;
  check_refused(s,
                Fault::address_space(AsCause::SelectorIndex, Access::None, AsOperation::Grant,
                                     VirtualAddress::make({Scenario::kDataSelector}, 0)),
                [&] { return s.run(Mnemonic::Gcalla, kRax, kRcx); });
  const auto rights = [&](uint16_t selector) {
    s.registers.gpr[kRcx] = VirtualAddress::make({selector}, 0).value;
    REQUIRE_FALSE(s.run(Mnemonic::Tsel, kRdi, kRcx));
    return s.registers.gpr[kRdi];
  };
  CHECK(rights(0) == (asx::kSelectorRead | asx::kSelectorWrite));
  CHECK(rights(Scenario::kDataSelector) == 0);
  CHECK(rights(0x8000) == 0);
  CHECK(rights(Scenario::kGateSelector) == asx::kSelectorGate);
}
