// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/isa-ext/scenario.h"

using namespace test;

namespace {

Fault narrow_fault(AsCause cause, uint16_t selector) {
  return Fault::address_space(cause, Access::None, AsOperation::Narrow, VirtualAddress::make({selector}, 0));
}
Fault widen_fault(AsCause cause) {
  return Fault::address_space(cause, Access::None, AsOperation::Widen, {});
}

}  // namespace

TEST_CASE("narrow loads the stack space and RSP, and changes no other register") {
  Scenario s;
  s.registers.gpr[kRax] = Scenario::kNarrowSelector | 0xabc'0000u;
  s.registers.gpr[kRcx] = 0x7000;
  asx::Registers expected = s.registers;
  expected.gpr[kRsp] = 0x7000;
  expected.rip += 4;
  REQUIRE_FALSE(s.narrow());
  CHECK((s.registers == expected));
  CHECK(s.cpu.stack.id == s.narrow_stack);
  CHECK(s.cpu.code.id == s.program);
  CHECK(s.thread().ss_id == s.narrow_stack.value);
  CHECK(s.thread().ss_generation == s.descriptor(s.narrow_stack).generation);
  CHECK(s.frame(0).kind == asx::FrameKind::Narrow);
  CHECK(s.frame(0).ss_id == s.stack.value);
  CHECK(s.frame(0).pool_slot == 0);
  CHECK(s.engine.translation_changes == 1);
  CHECK(s.observer.notes == std::vector<std::string>{"narrow 4>5 gate 0"});
}

TEST_CASE("widen restores stack space, RSP and FS base, and leaves all else as it is now") {
  Scenario s;
  const asx::Registers before = s.registers;
  REQUIRE_FALSE(s.narrow_to());
  for (uint64_t& value : s.registers.gpr) value = ~value;
  s.registers.fs_base = 7;
  s.registers.rflags = 0x246;
  s.cpu.event_mask = 5;
  asx::Registers expected = s.registers;
  expected.gpr[kRsp] = before.gpr[kRsp];
  expected.fs_base = before.fs_base;
  expected.rip += 4;
  REQUIRE_FALSE(s.run(Mnemonic::Widen));
  CHECK((s.registers == expected));
  CHECK(s.cpu.event_mask == 5);
  CHECK(s.cpu.stack.id == s.stack);
  CHECK(s.thread().ss_id == s.stack.value);
  CHECK(s.depth() == 0);
  CHECK(s.observer.notes.back() == "widen 5>4 gate 0");
}

TEST_CASE("narrow, call, return, widen: the callee has the narrow set, the caller gets the broad one back") {
  Scenario s;
  const asx::CpuState before = s.cpu;
  const uint64_t rsp = s.registers.gpr[kRsp];
  const auto heap = VirtualAddress::make({Scenario::kHeapSelector}, Scenario::kPage);
  const auto reaches_heap = [&] {
    return asx::translate(s.cpu, s.machine.memory, s.variant, heap, Access::Read).has_value();
  };
  CHECK(reaches_heap());
  REQUIRE_FALSE(s.narrow_to());
  REQUIRE_FALSE(s.call());
  CHECK_FALSE(reaches_heap());
  check_refused(s, widen_fault(AsCause::FrameKind), [&] { return s.run(Mnemonic::Widen); });
  REQUIRE_FALSE(s.run(Mnemonic::Gret));
  CHECK(s.cpu.stack.id == s.narrow_stack);
  CHECK(s.registers.gpr[kRsp] == 0x7000);
  REQUIRE_FALSE(s.run(Mnemonic::Widen));
  CHECK(reaches_heap());
  CHECK((s.cpu == before));
  CHECK(s.registers.gpr[kRsp] == rsp);
}

TEST_CASE("a stack space comes from the stack half only") {
  Scenario s;
  s.grant_space(s.program, 3, s.narrow_stack, Scenario::kReadWrite);
  s.registers.gpr[kRax] = 3;
  check_refused(s, narrow_fault(AsCause::NotStackSpace, 3), [&] { return s.narrow(); });
}

TEST_CASE("an entry that does not grant reading and writing cannot become the stack space") {
  for (const uint32_t rights : {0u, uint32_t{asx::kEntryRead}, uint32_t{asx::kEntryWrite}}) {
    Scenario s;
    s.grant_space(s.stack, 1, s.narrow_stack, rights);
    s.registers.gpr[kRax] = Scenario::kNarrowSelector;
    check_refused(s, narrow_fault(AsCause::Rights, Scenario::kNarrowSelector), [&] { return s.narrow(); });
  }
}

TEST_CASE("a space without the stack flag cannot become the stack space") {
  Scenario s;
  s.registers.gpr[kRax] = Scenario::kHeapSelector;
  check_refused(s, narrow_fault(AsCause::NotStackSpace, Scenario::kHeapSelector), [&] { return s.narrow(); });
}

TEST_CASE("narrow leaves the reserve free") {
  Scenario s;
  s.grant_space(s.narrow_stack, 1, s.narrow_stack, Scenario::kReadWrite);
  for (uint32_t i = 0; i < Scenario::kFrames - Scenario::kReserve; ++i) REQUIRE_FALSE(s.narrow_to());
  check_refused(s, narrow_fault(AsCause::SecureStackFull, Scenario::kNarrowSelector), [&] { return s.narrow(); });
}

TEST_CASE("only the code space that narrowed can widen") {
  Scenario s;
  REQUIRE_FALSE(s.narrow_to());
  s.frame(0).cs_id = s.service.value;
  check_refused(s, widen_fault(AsCause::WidenSpace), [&] { return s.run(Mnemonic::Widen); });
  s.frame(0).cs_id = s.program.value;
  s.frame(0).cs_generation += 1;
  check_refused(s, widen_fault(AsCause::WidenSpace), [&] { return s.run(Mnemonic::Widen); });
}

TEST_CASE("widen is refused on an empty stack, on a call frame, and when the broad space died") {
  Scenario empty;
  check_refused(empty, widen_fault(AsCause::SecureStackEmpty), [&] { return empty.run(Mnemonic::Widen); });

  Scenario called;
  REQUIRE_FALSE(called.call());
  check_refused(called, widen_fault(AsCause::FrameKind), [&] { return called.run(Mnemonic::Widen); });

  Scenario died;
  REQUIRE_FALSE(died.narrow_to());
  ++died.descriptor(died.stack).generation;
  check_refused(died, widen_fault(AsCause::ReturnStackSpace), [&] { return died.run(Mnemonic::Widen); });
}
