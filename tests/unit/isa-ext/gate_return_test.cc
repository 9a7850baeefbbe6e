// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/isa-ext/scenario.h"

using namespace test;

namespace {

Fault return_fault(AsCause cause) {
  return Fault::address_space(cause, Access::None, AsOperation::Return, {});
}

/// Gives every register another value, as a callee might.
void scramble(asx::Registers& registers) {
  for (uint64_t& value : registers.gpr) value = ~value;
  registers.rip = 0x30'2000;
  registers.rflags = 0xad7;
  registers.fs_base = 1;
  registers.gs_base = 2;
}

}  // namespace

TEST_CASE("gret restores what the caller had, and leaves the callee's other registers as results") {
  Scenario s;
  s.cpu.event_mask = 4;
  s.gate(s.service, 1).event_mask = 8;
  const asx::Registers before = s.registers;
  const asx::CpuState cpu_before = s.cpu;
  REQUIRE_FALSE(s.call());
  scramble(s.registers);
  asx::Registers expected = s.registers;
  REQUIRE_FALSE(s.run(Mnemonic::Gret));

  for (const asx::Register i : {kRbx, asx::kRbp, kRsp, kR12, asx::kR13, asx::kR14, asx::kR15})
    expected.gpr[i] = before.gpr[i];
  expected.rip = before.rip + 4;
  expected.rflags = before.rflags;
  expected.fs_base = before.fs_base;
  expected.gs_base = before.gs_base;
  CHECK((s.registers == expected));
  CHECK((s.cpu == cpu_before));
  CHECK(s.depth() == 0);
  CHECK(s.thread().cs_id == s.program.value);
  CHECK(s.thread().cs_generation == s.descriptor(s.program).generation);
  CHECK(s.engine.translation_changes == 2);
  CHECK(s.observer.notes == std::vector<std::string>{"call 2>3 gate 1", "return 3>2 gate 1"});
}

TEST_CASE("a call and its return leave the pool as it was") {
  Scenario s;
  const auto pool = [&] { return s.at<asx::StackPool>(s.pool); };
  for (int i = 0; i < 5; ++i) {
    REQUIRE_FALSE(s.call());
    CHECK(pool().free_count == 1);
    REQUIRE_FALSE(s.run(Mnemonic::Gret));
    CHECK(pool().free_count == 2);
    CHECK(pool().first_free == 1);
    CHECK(s.at<asx::StackSlot>(s.pool + sizeof(asx::StackPool)).next_free == 2);
  }
}

TEST_CASE("calls nest and return in order, each on its own stack") {
  Scenario s;
  s.grant_gate(s.service, 1, s.service, 1);
  s.descriptor(s.service).authority = 2;
  const asx::Registers before = s.registers;
  REQUIRE_FALSE(s.call());
  const uint64_t first_stack = s.registers.gpr[kRsp];
  REQUIRE_FALSE(s.call());
  CHECK(s.registers.gpr[kRsp] != first_stack);
  REQUIRE_FALSE(s.run(Mnemonic::Gret));
  CHECK(s.registers.gpr[kRsp] == first_stack);
  CHECK(s.registers.rip == 0x30'1000 + 4);
  CHECK(s.cpu.code.id == s.service);
  REQUIRE_FALSE(s.run(Mnemonic::Gret));
  CHECK(s.registers.gpr[kRsp] == before.gpr[kRsp]);
  CHECK(s.cpu.code.id == s.program);
  CHECK(s.at<asx::StackPool>(s.pool).free_count == 2);
}

TEST_CASE("gret on an empty secure stack is refused") {
  Scenario s;
  check_refused(s, return_fault(AsCause::SecureStackEmpty), [&] { return s.run(Mnemonic::Gret); });
}

TEST_CASE("a callee cannot return past a stack space that its caller narrowed to") {
  Scenario s;
  REQUIRE_FALSE(s.narrow_to());
  check_refused(s, return_fault(AsCause::FrameKind), [&] { return s.run(Mnemonic::Gret); });
}

TEST_CASE("a caller whose code or stack space died is not returned to") {
  for (const auto& [space, cause] : {std::pair{&Scenario::program, AsCause::ReturnCodeSpace},
                                     std::pair{&Scenario::stack, AsCause::ReturnStackSpace}}) {
    Scenario died;
    REQUIRE_FALSE(died.call());
    ++died.descriptor(died.*space).generation;
    check_refused(died, return_fault(cause), [&] { return died.run(Mnemonic::Gret); });

    Scenario invalid;
    REQUIRE_FALSE(invalid.call());
    invalid.descriptor(invalid.*space).flags &= ~uint32_t{asx::kSpaceValid};
    check_refused(invalid, return_fault(cause), [&] { return invalid.run(Mnemonic::Gret); });

    Scenario demoted;
    REQUIRE_FALSE(demoted.call());
    demoted.descriptor(demoted.*space).flags = asx::kSpaceValid;
    check_refused(demoted, return_fault(cause), [&] { return demoted.run(Mnemonic::Gret); });
  }
}

TEST_CASE("a return through a gate whose space died leaves that space's pool alone") {
  Scenario s;
  REQUIRE_FALSE(s.call());
  ++s.descriptor(s.service).generation;
  s.at<asx::StackPool>(s.pool).slot_count = 0;  // its memory belongs to somebody else by now
  REQUIRE_FALSE(s.run(Mnemonic::Gret));
  CHECK(s.cpu.code.id == s.program);
  CHECK(s.at<asx::StackPool>(s.pool).free_count == 1);
}

TEST_CASE("a stack that cannot be given back stops the return") {
  const std::vector<std::function<void(Scenario&)>> corruptions = {
      [](Scenario& s) { s.frame(0).pool_slot = 3; },
      [](Scenario& s) { s.frame(0).pool_slot = 2; },  // is free
      [](Scenario& s) { s.frame(0).pool = Scenario::kMemory; },
      [](Scenario& s) { s.at<asx::StackPool>(s.pool).first_free = 3; },
  };
  for (const auto& corrupt : corruptions) {
    Scenario s;
    REQUIRE_FALSE(s.call());
    corrupt(s);
    check_refused(s, return_fault(AsCause::Addressing), [&] { return s.run(Mnemonic::Gret); });
  }
}

TEST_CASE("a thread block outside memory stops the return") {
  Scenario s;
  REQUIRE_FALSE(s.call());
  s.cpu.thread = {~uint64_t{7}};
  check_refused(s, return_fault(AsCause::Addressing), [&] { return s.run(Mnemonic::Gret); });
}
