// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/isa-ext/scenario.h"

using namespace test;

namespace {

Fault call_fault(AsCause cause, uint16_t selector = Scenario::kGateSelector) {
  return Fault::address_space(cause, Access::None, AsOperation::GateCall, VirtualAddress::make({selector}, 0));
}

asx::StackSlot& slot(Scenario& s, uint32_t index) {
  return s.at<asx::StackSlot>(s.pool + sizeof(asx::StackPool) + (index - 1) * sizeof(asx::StackSlot));
}

}  // namespace

TEST_CASE("a gate call enters the service with its stack and parameter, all arguments as they were, and nothing else") {
  Scenario s;
  s.registers.rflags |= 1u << 10 | 1u << 8 | 1u << 18 | 1;  // DF, TF, AC, and CF
  const asx::Registers before = s.registers;
  REQUIRE_FALSE(s.call());

  asx::Registers expected = before;
  expected.gpr[kRax] = Scenario::kGateSelector;
  for (const asx::Register i : {kRbx, asx::kRbp, kR12, asx::kR13, asx::kR14, asx::kR15}) expected.gpr[i] = 0;
  expected.gpr[kR11] = 0xfeed;
  expected.gpr[kRsp] = 0x9000;
  expected.fs_base = 0x9f00;
  expected.rip = 0x30'1000;
  expected.rflags = 0x203;
  CHECK((s.registers == expected));
  CHECK((s.cpu.code == *asx::load_space(s.cpu, s.machine.memory, s.service)));
  CHECK(s.cpu.stack.id == s.stack);
  CHECK(s.thread().cs_id == s.service.value);
  CHECK(s.thread().cs_generation == s.cpu.code.generation);
  CHECK(s.thread().ss_id == s.stack.value);
  CHECK(s.engine.translation_changes == 1);
  CHECK(s.observer.notes == std::vector<std::string>{"call 2>3 gate 1"});
}

TEST_CASE("the frame of a call holds what the return restores, and nothing else of the caller's registers") {
  Scenario s;
  s.frame(0).gpr[kRdi] = s.frame(0).fault_address = s.frame(0).selector_registers[2] =
      0xbad;  // left by an earlier frame
  s.cpu.event_mask = 0x10;
  const asx::Registers before = s.registers;
  REQUIRE_FALSE(s.call());

  REQUIRE(s.depth() == 1);
  const asx::Frame& frame = s.frame(0);
  CHECK(frame.kind == asx::FrameKind::Call);
  CHECK(frame.event_mask == 0x10);
  CHECK(frame.cs_id == s.program.value);
  CHECK(frame.cs_generation == s.descriptor(s.program).generation);
  CHECK(frame.ss_id == s.stack.value);
  CHECK(frame.ss_generation == s.descriptor(s.stack).generation);
  CHECK(frame.rip == before.rip + 4);
  CHECK(frame.rflags == before.rflags);
  CHECK(frame.fs_base == before.fs_base);
  CHECK(frame.gs_base == before.gs_base);
  CHECK(frame.gate_space == s.service.value);
  CHECK(frame.gate_space_generation == s.descriptor(s.service).generation);
  CHECK(frame.gate_index == 1);
  CHECK(frame.pool == s.pool.value);
  CHECK(frame.pool_slot == 1);
  for (unsigned i = 0; i < 16; ++i) {
    const bool saved = i == kRbx || i == kRsp || i == asx::kRbp || i >= kR12;
    CHECK(frame.gpr[i] == (saved ? before.gpr[i] : 0));
  }
  CHECK(frame.fault_address == 0);
  CHECK(frame.selector_registers[2] == 0);
}

TEST_CASE("the selector is the low 16 bits of the register") {
  Scenario s;
  s.registers.gpr[kR10] = 0xdead'beef'0000'0000 | Scenario::kGateSelector;
  REQUIRE_FALSE(s.run(Mnemonic::Gcall, 0, kR10));
  CHECK(s.frame(0).rip == 0x40'1000 + 5);
}

TEST_CASE("a gate in the stack half can be called as well") {
  Scenario s;
  s.grant_gate(s.stack, 3, s.service, 1);
  REQUIRE_FALSE(s.call(0x8003));
  CHECK(s.cpu.code.id == s.service);
}

TEST_CASE("index 0 is no gate, and neither is a space") {
  Scenario s;
  s.registers.gpr[kRax] = 0;
  check_refused(s, call_fault(AsCause::EntryKind, 0), [&] { return s.gcall(); });
  s.registers.gpr[kRax] = Scenario::kDataSelector;
  check_refused(s, call_fault(AsCause::EntryKind, Scenario::kDataSelector), [&] { return s.gcall(); });
  CHECK(s.observer.refusals.size() == 2);
  CHECK(s.observer.notes.empty());
}

TEST_CASE("every stack of the pool is handed out once, then the call fails in the caller") {
  Scenario s;
  REQUIRE_FALSE(s.call());
  CHECK(s.at<asx::StackPool>(s.pool).free_count == 1);
  CHECK(slot(s, 1).in_use == 1);
  CHECK(slot(s, 1).next_free == 0);
  s.grant_gate(s.service, 1, s.service, 1);
  s.descriptor(s.service).authority = 2;
  s.cpu.code.authority = 2;
  REQUIRE_FALSE(s.call());
  CHECK(s.registers.gpr[kRsp] == 0xa000);
  CHECK(s.registers.fs_base == 0xaf00);
  CHECK(s.at<asx::StackPool>(s.pool).free_count == 0);
  check_refused(s, call_fault(AsCause::PoolEmpty), [&] { return s.gcall(); });
}

TEST_CASE("a call within one space changes no translations") {
  Scenario s;
  s.grant_gate(s.service, 1, s.service, 1);
  s.descriptor(s.service).authority = 2;
  REQUIRE_FALSE(s.call());
  REQUIRE_FALSE(s.call());
  CHECK(s.engine.translation_changes == 1);
}

TEST_CASE("stack policy keep leaves RSP and the FS base to the caller's choice") {
  Scenario s;
  s.gate(s.service, 1).stack_policy = asx::StackPolicy::Keep;
  const asx::Registers before = s.registers;
  REQUIRE_FALSE(s.call());
  CHECK(s.registers.gpr[kRsp] == before.gpr[kRsp]);
  CHECK(s.registers.fs_base == before.fs_base);
  CHECK(s.frame(0).pool_slot == 0);
}

TEST_CASE("stack policy thread takes the kernel stack, but not when the source already runs there") {
  Scenario s;
  s.gate(s.service, 1).stack_policy = asx::StackPolicy::Thread;
  REQUIRE_FALSE(s.call());
  CHECK(s.registers.gpr[kRsp] == 0xc000);
  CHECK(s.registers.fs_base == 0xcf00);
  s.registers.gpr[kRsp] = 0xbe00;
  s.grant_gate(s.service, 1, s.service, 1);
  s.cpu.code.authority = 2;
  REQUIRE_FALSE(s.call());
  CHECK(s.registers.gpr[kRsp] == 0xbe00);
}

TEST_CASE("a gate's event mask is added to the mask in force") {
  Scenario s;
  s.cpu.event_mask = 1;
  s.gate(s.service, 1).event_mask = 6;
  REQUIRE_FALSE(s.call());
  CHECK(s.cpu.event_mask == 7);
  CHECK(s.frame(0).event_mask == 1);
  CHECK(s.engine.timer_changes == 1);
}

TEST_CASE("calls leave the reserve and the gate's minimum free") {
  for (uint32_t minimum = 0; minimum < 4; ++minimum) {
    Scenario s;
    s.gate(s.service, 1).minimum_free_frames = minimum;
    s.gate(s.service, 1).stack_policy = asx::StackPolicy::Keep;
    s.grant_gate(s.service, 1, s.service, 1);
    s.descriptor(s.service).authority = 2;
    for (uint32_t depth = 0; depth < Scenario::kFrames - Scenario::kReserve - minimum; ++depth) REQUIRE_FALSE(s.call());
    check_refused(s, call_fault(AsCause::SecureStackFull), [&] { return s.gcall(); });
  }
}

TEST_CASE("required authority must be held whole") {
  Scenario s;
  s.gate(s.service, 1).required_authority = 3;
  CHECK_FALSE(s.call());
  Scenario lacking;
  lacking.gate(lacking.service, 1).required_authority = 7;
  lacking.registers.gpr[kRax] = Scenario::kGateSelector;
  check_refused(lacking, call_fault(AsCause::Authority), [&] { return lacking.gcall(); });
}

TEST_CASE("a corrupt pool, gate table, thread block or secure stack is refused as addressing") {
  const std::vector<std::function<void(Scenario&)>> corruptions = {
      [](Scenario& s) { s.gate(s.service, 1).pool = Scenario::kMemory; },
      [](Scenario& s) { s.gate(s.service, 1).pool += 4; },
      [](Scenario& s) {
        const asx::PhysicalAddress last{Scenario::kMemory - sizeof(asx::StackPool)};  // its slots lie outside
        s.at<asx::StackPool>(last) = {
            .first_free = 1, .slot_count = 1, .free_count = 1, .reserved0 = 0, .reserved1 = {}};
        s.gate(s.service, 1).pool = last.value;
      },
      [](Scenario& s) { s.at<asx::StackPool>(s.pool).first_free = 3; },
      [](Scenario& s) { slot(s, 1).in_use = 1; },
      [](Scenario& s) { slot(s, 1).next_free = 3; },
      [](Scenario& s) { s.descriptor(s.service).gate_table = Scenario::kMemory; },
      [](Scenario& s) { s.cpu.thread = {Scenario::kMemory}; },
      [](Scenario& s) { s.thread().secure_stack_limit = s.thread().secure_stack_base + (uint64_t{1} << 30); },
      [](Scenario& s) { s.thread().secure_stack_top = s.thread().secure_stack_limit + 256; },
      [](Scenario& s) { s.thread().secure_stack_top = s.thread().secure_stack_base - 256; },
      [](Scenario& s) { s.thread().secure_stack_top += 8; },
      [](Scenario& s) { s.thread().secure_stack_limit += 8; },
  };
  for (const auto& corrupt : corruptions) {
    Scenario s;
    s.registers.gpr[kRax] = Scenario::kGateSelector;
    corrupt(s);
    check_refused(s, call_fault(AsCause::Addressing), [&] { return s.gcall(); });
  }
}

TEST_CASE("a gate with a stack policy that does not exist is invalid") {
  Scenario s;
  s.gate(s.service, 1).stack_policy = static_cast<asx::StackPolicy>(3);
  s.registers.gpr[kRax] = Scenario::kGateSelector;
  check_refused(s, call_fault(AsCause::GateInvalid), [&] { return s.gcall(); });
}
