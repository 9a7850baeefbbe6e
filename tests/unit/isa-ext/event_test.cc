// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/isa-ext/scenario.h"

using namespace test;

namespace {

constexpr Fault kPageFault{asx::kVectorPageFault, 6, {0x8002'0000'1234'5678}};

Fault delivery_fault(AsCause cause) {
  return Fault::address_space(cause, Access::None, AsOperation::Event, kPageFault.address);
}

}  // namespace

TEST_CASE("an event enters the kernel's gate with a frame that holds everything") {
  Scenario s;
  s.cpu.event_mask = 2;
  const asx::Registers before = s.registers;
  REQUIRE_FALSE(asx::deliver_event(s.machine, kPageFault));

  CHECK(s.cpu.code.id == s.kernel);
  CHECK(s.cpu.stack.id == s.stack);
  CHECK(s.cpu.event_mask == 0xffff'ffff);
  asx::Registers expected = before;
  expected.rip = 0x10'0000;
  expected.gpr[kR11] = 0xe0e0;
  expected.gpr[kRsp] = 0xc000;
  expected.fs_base = 0xcf00;
  CHECK((s.registers == expected));

  const asx::Frame& frame = s.frame(0);
  CHECK(frame.kind == asx::FrameKind::Event);
  CHECK(frame.event_mask == 2);
  CHECK(frame.rip == before.rip);
  CHECK(frame.gpr[kRsp] == before.gpr[kRsp]);
  CHECK(frame.fs_base == before.fs_base);
  CHECK(frame.cs_id == s.program.value);
  CHECK(frame.gate_space == s.kernel.value);
  CHECK(frame.gate_index == 2);
  CHECK(frame.vector == asx::kVectorPageFault);
  CHECK(frame.error_code == 6);
  CHECK(frame.fault_address == kPageFault.address.value);
  for (unsigned i = 0; i < 16; ++i) CHECK(frame.gpr[i] == before.gpr[i]);
  CHECK(s.observer.notes == std::vector<std::string>{"event 2>1 gate 2"});
}

TEST_CASE("gret from an event restores every register") {
  Scenario s;
  s.cpu.event_mask = 2;
  const asx::Registers before = s.registers;
  const asx::CpuState cpu_before = s.cpu;
  REQUIRE_FALSE(asx::deliver_event(s.machine, kPageFault));
  for (uint64_t& value : s.registers.gpr) value = 0;
  s.registers.rflags = 2;
  s.registers.gs_base = 0;
  REQUIRE_FALSE(s.run(Mnemonic::Gret));
  CHECK((s.registers == before));
  CHECK((s.cpu == cpu_before));
  CHECK(s.depth() == 0);
  CHECK(s.observer.notes.back() == "event return 1>2 gate 2");
}

TEST_CASE("an event in the kernel itself goes on with the stack in use") {
  Scenario s;
  REQUIRE_FALSE(asx::deliver_event(s.machine, kPageFault));
  s.registers.gpr[kRsp] = 0xb800;
  REQUIRE_FALSE(asx::deliver_event(s.machine, {asx::kVectorInterrupt, 0, {}}));
  CHECK(s.registers.gpr[kRsp] == 0xb800);
  REQUIRE_FALSE(s.run(Mnemonic::Gret));
  CHECK(s.registers.gpr[kRsp] == 0xb800);
  CHECK(s.cpu.code.id == s.kernel);
}

TEST_CASE("events may use the reserve, and need no authority") {
  Scenario s;
  s.gate(s.kernel, 2).required_authority = ~0u;
  s.gate(s.kernel, 2).minimum_free_frames = 100;
  for (uint32_t i = 0; i < Scenario::kFrames; ++i) REQUIRE_FALSE(asx::deliver_event(s.machine, kPageFault));
  check_refused(s, delivery_fault(AsCause::SecureStackFull), [&] { return asx::deliver_event(s.machine, kPageFault); });
  CHECK(s.observer.refusals.empty());
}

TEST_CASE("an event that cannot be delivered says why and changes nothing") {
  const std::vector<Violation> violations = {
      {AsCause::EntryInvalid, [](Scenario& s) { s.vector_entry(asx::kVectorPageFault).valid = 0; }},
      {AsCause::SpaceInvalid, [](Scenario& s) { s.descriptor(s.kernel).flags &= ~uint32_t{asx::kSpaceValid}; }},
      {AsCause::SpaceGeneration, [](Scenario& s) { ++s.descriptor(s.kernel).generation; }},
      {AsCause::NotCodeSpace, [](Scenario& s) { s.descriptor(s.kernel).flags &= ~uint32_t{asx::kSpaceCode}; }},
      {AsCause::GateIndex, [](Scenario& s) { s.descriptor(s.kernel).gate_count = 2; }},
      {AsCause::GateInvalid, [](Scenario& s) { s.gate(s.kernel, 2).flags = 0; }},
      {AsCause::SecureStackFull, [](Scenario& s) { s.thread().secure_stack_top = s.thread().secure_stack_limit; }},
      {AsCause::PoolEmpty,
       [](Scenario& s) {
         s.gate(s.kernel, 2).stack_policy = asx::StackPolicy::Pool;
         s.at<asx::StackPool>(s.pool).first_free = 0;
       }},
  };
  check_order(
      violations, [](Scenario&) {}, [](Scenario& s) { return asx::deliver_event(s.machine, kPageFault); },
      delivery_fault);

  Scenario s;
  s.cpu.vector_table = {Scenario::kMemory};
  check_refused(s, delivery_fault(AsCause::Addressing), [&] { return asx::deliver_event(s.machine, kPageFault); });
  const Fault beyond{asx::kVectorCount, 0, kPageFault.address};
  check_refused(s, delivery_fault(AsCause::Operand), [&] { return asx::deliver_event(s.machine, beyond); });
}

TEST_CASE("the lowest unmasked interrupt line that asks comes first") {
  asx::CpuState cpu;
  cpu.event_mask = 0;
  CHECK_FALSE(asx::interrupt_to_take(cpu));
  cpu.pending = 0x8000'000a;
  CHECK(asx::interrupt_to_take(cpu) == 1);
  cpu.event_mask = 0x2;
  CHECK(asx::interrupt_to_take(cpu) == 3);
  cpu.event_mask = 0xa;
  CHECK(asx::interrupt_to_take(cpu) == 31);
  cpu.event_mask = 0xffff'ffff;
  cpu.pending = ~uint64_t{0};
  CHECK_FALSE(asx::interrupt_to_take(cpu));
}
