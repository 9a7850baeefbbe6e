// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/isa-ext/scenario.h"

using namespace test;

TEST_CASE("syscall is a gate call through the code space's gate, with the return address in RCX as on x86") {
  Scenario s;
  s.cpu.code.syscall_selector = Scenario::kGateSelector;
  const asx::Registers before = s.registers;
  REQUIRE_FALSE(asx::system_call(s.machine));

  asx::Registers expected = before;
  expected.gpr[kRcx] = before.rip + 2;
  for (const asx::Register i : {kRbx, asx::kRbp, kR12, asx::kR13, asx::kR14, asx::kR15}) expected.gpr[i] = 0;
  expected.gpr[kR11] = 0xfeed;
  expected.gpr[kRsp] = 0x9000;
  expected.fs_base = 0x9f00;
  expected.rip = 0x30'1000;
  CHECK((s.registers == expected));
  CHECK(s.frame(0).rip == before.rip + 2);
  CHECK(s.cpu.code.id == s.service);

  REQUIRE_FALSE(s.run(Mnemonic::Gret));
  CHECK(s.registers.rip == before.rip + 2);
  CHECK(s.registers.gpr[kRsp] == before.gpr[kRsp]);
  CHECK(s.observer.notes == std::vector<std::string>{"call 2>3 gate 1", "return 3>2 gate 1"});
}

TEST_CASE("a code space without a gate for syscall, or with one outside its code half, refuses it") {
  for (const uint32_t selector : {0u, 0x8000u, 0x8001u, 0x1'0001u}) {
    Scenario s;
    s.cpu.code.syscall_selector = selector;
    check_refused(s, Fault::address_space(AsCause::NoSyscallGate, Access::None, AsOperation::GateCall, {}),
                  [&] { return asx::system_call(s.machine); });
    CHECK(s.observer.refusals.size() == 1);
  }
}
