// SPDX-License-Identifier: GPL-2.0-or-later
// gframe, the privileged instructions, and the initial state.
#include "isa-ext/encoding/table.h"
#include "tests/unit/isa-ext/scenario.h"

using namespace test;
using asx::FrameField;
using asx::SystemRegister;

namespace {

Fault other_fault(AsCause cause) {
  return Fault::address_space(cause, Access::None, AsOperation::Other, {});
}

uint64_t gframe(Scenario& s, FrameField field) {
  REQUIRE_FALSE(s.run(Mnemonic::Gframe, kRbx, static_cast<uint8_t>(field)));
  return s.registers.gpr[kRbx];
}

uint64_t stsys(Scenario& s, SystemRegister number) {
  s.registers.gpr[kRbx] = ~uint64_t{0};
  REQUIRE_FALSE(s.run(Mnemonic::Stsys, kRbx, static_cast<uint8_t>(number)));
  return s.registers.gpr[kRbx];
}

asx::MaybeFault ldsys(Scenario& s, SystemRegister number, uint64_t value) {
  s.registers.gpr[kRbx] = value;
  return s.run(Mnemonic::Ldsys, static_cast<uint8_t>(number), kRbx);
}

}  // namespace

TEST_CASE("gframe tells the facts of the secure stack and its top frame") {
  Scenario s;
  CHECK(gframe(s, FrameField::Depth) == 0);
  CHECK(gframe(s, FrameField::FreeFrames) == Scenario::kFrames - Scenario::kReserve);
  CHECK(gframe(s, FrameField::Kind) == 0);
  CHECK(gframe(s, FrameField::CallerSpace) == 0);
  CHECK(gframe(s, FrameField::GateParameter) == 0);
  REQUIRE_FALSE(s.call());
  CHECK(gframe(s, FrameField::Depth) == 1);
  CHECK(gframe(s, FrameField::FreeFrames) == Scenario::kFrames - Scenario::kReserve - 1);
  CHECK(gframe(s, FrameField::Kind) == static_cast<uint64_t>(asx::FrameKind::Call));
  CHECK(gframe(s, FrameField::CallerSpace) == s.program.value);
  CHECK(gframe(s, FrameField::CallerGeneration) == s.descriptor(s.program).generation);
  CHECK(gframe(s, FrameField::GateParameter) == 0xfeed);
  REQUIRE_FALSE(s.narrow_to());
  CHECK(gframe(s, FrameField::Kind) == static_cast<uint64_t>(asx::FrameKind::Narrow));
  CHECK(gframe(s, FrameField::GateParameter) == 0);
  for (uint8_t number = asx::kFrameFieldCount; number < 16; ++number) {
    check_refused(s, other_fault(AsCause::Operand), [&] { return s.run(Mnemonic::Gframe, kRbx, number); });
  }
}

TEST_CASE("privileged instructions are refused from an unprivileged code space, whatever their operands") {
  for (const auto& row : asx::kInstructions) {
    Scenario s;
    if (row.privilege == asx::Privilege::Privileged) {
      check_refused(s, other_fault(AsCause::Privilege), [&] { return s.run(row.mnemonic); });
    } else {
      const auto fault = s.run(row.mnemonic);
      CHECK((!fault || asx::AsError::from_code(fault->error_code).cause != AsCause::Privilege));
    }
  }
}

TEST_CASE("system registers read back what was written") {
  Scenario s;
  s.become_privileged();
  for (const auto number : {SystemRegister::SpaceTable, SystemRegister::SpaceCount, SystemRegister::VectorTable,
                            SystemRegister::EventMask, SystemRegister::Compare}) {
    const uint64_t value = 0x4000 + static_cast<uint64_t>(number);
    REQUIRE_FALSE(ldsys(s, number, value));
    CHECK(stsys(s, number) == value);
  }
  CHECK(s.engine.timer_changes == 2);
  REQUIRE_FALSE(ldsys(s, SystemRegister::EventMask, ~uint64_t{0}));
  CHECK(stsys(s, SystemRegister::EventMask) == 0xffff'ffff);
}

TEST_CASE("system registers that only the machine writes can be read and not written") {
  Scenario s;
  s.become_privileged();
  s.cpu.pending = 6;
  s.cpu.id = 3;
  CHECK(stsys(s, SystemRegister::Thread) == s.thread_address.value);
  CHECK(stsys(s, SystemRegister::Pending) == 6);
  CHECK(stsys(s, SystemRegister::Clock) == 1000);
  CHECK(stsys(s, SystemRegister::CpuId) == 3);
  for (const auto number :
       {SystemRegister::Thread, SystemRegister::Pending, SystemRegister::Clock, SystemRegister::CpuId}) {
    check_refused(s, other_fault(AsCause::Operand),
                  [&] { return s.run(Mnemonic::Ldsys, static_cast<uint8_t>(number), kRbx); });
  }
}

TEST_CASE("a signal goes to the CPUs whose bits are set; reading takes the signals that came") {
  Scenario s;
  s.become_privileged();
  s.cpu.id = 2;
  REQUIRE_FALSE(ldsys(s, SystemRegister::Signal, 0xb));
  CHECK(s.engine.signalled == std::vector<uint64_t>{0xb});
  CHECK(s.cpu.signals == 0);
  REQUIRE_FALSE(ldsys(s, SystemRegister::Signal, 0x6));  // itself among them
  CHECK(s.engine.signalled == std::vector<uint64_t>{0xb, 0x2});
  CHECK(s.cpu.signals == 0x4);
  s.cpu.signals |= 0x8001;
  CHECK(stsys(s, SystemRegister::Signal) == 0x8005);
  CHECK(stsys(s, SystemRegister::Signal) == 0);
  CHECK(s.engine.timer_changes == 3);  // a line may have gone up or down
}

TEST_CASE("the timer's line asks from its compare value on, the signals' while there is one") {
  asx::CpuState cpu;
  CHECK(asx::asking_lines(cpu, 0x70, ~uint64_t{0}) == 0x70);
  cpu.compare = 100;
  CHECK(asx::asking_lines(cpu, 0, 99) == 0);
  CHECK(asx::asking_lines(cpu, 0x70, 100) == 0x71);
  cpu.signals = 2;
  CHECK(asx::asking_lines(cpu, 0, 0) == uint64_t{1} << asx::kSignalLine);
}

TEST_CASE("a system register that does not exist, and a space count that does not fit, are refused") {
  Scenario s;
  s.become_privileged();
  for (uint8_t number = asx::kSystemRegisterCount; number < 16; ++number) {
    check_refused(s, other_fault(AsCause::Operand), [&] { return s.run(Mnemonic::Ldsys, number, kRbx); });
    check_refused(s, other_fault(AsCause::Operand), [&] { return s.run(Mnemonic::Stsys, kRbx, number); });
  }
  s.registers.gpr[kRbx] = uint64_t{1} << 32;
  check_refused(s, other_fault(AsCause::Operand),
                [&] { return s.run(Mnemonic::Ldsys, static_cast<uint8_t>(SystemRegister::SpaceCount), kRbx); });
}

TEST_CASE("tswitch goes on with another thread: its secure stack and stack space, the same code and RSP") {
  Scenario s;
  s.become_privileged();
  const auto other = s.add_thread(s.narrow_stack, 4, 1);
  s.registers.gpr[kRbx] = other.value;
  asx::Registers expected = s.registers;
  expected.rip += 4;
  REQUIRE_FALSE(s.run(Mnemonic::Tswitch, 0, kRbx));
  CHECK((s.registers == expected));
  CHECK(s.cpu.thread == other);
  CHECK(s.cpu.stack.id == s.narrow_stack);
  CHECK(s.cpu.code.id == s.program);
  CHECK(s.thread().cs_id == s.program.value);
  CHECK(s.at<asx::ThreadBlock>(s.thread_address).ss_id == s.stack.value);
  CHECK(gframe(s, FrameField::FreeFrames) == 3);
  CHECK(s.engine.translation_changes == 1);
}

TEST_CASE("a stack space with the id of one that died is another space: translations change") {
  Scenario s;
  s.become_privileged();
  ++s.descriptor(s.stack).generation;
  s.registers.gpr[kRbx] = s.add_thread(s.stack, 4, 1).value;
  REQUIRE_FALSE(s.run(Mnemonic::Tswitch, 0, kRbx));
  CHECK(s.engine.translation_changes == 1);
}

TEST_CASE("tswitch refuses an address that holds no thread block") {
  Scenario s;
  s.become_privileged();
  for (const uint64_t address : {Scenario::kMemory, s.thread_address.value + 4, ~uint64_t{0}}) {
    s.registers.gpr[kRbx] = address;
    check_refused(s, other_fault(AsCause::Operand), [&] { return s.run(Mnemonic::Tswitch, 0, kRbx); });
  }
}

TEST_CASE("invspace reads the descriptors of the code and stack space again") {
  Scenario s;
  s.become_privileged();
  s.descriptor(s.stack).list_length = 2;
  s.descriptor(s.program).authority = 0x55;
  s.registers.gpr[kRbx] = s.stack.value;
  REQUIRE_FALSE(s.run(Mnemonic::Invspace, 0, kRbx));
  CHECK(s.cpu.stack.list_length == 2);
  CHECK(s.cpu.code.authority == 3);
  s.registers.gpr[kRbx] = asx::kAllSpaces;
  REQUIRE_FALSE(s.run(Mnemonic::Invspace, 0, kRbx));
  CHECK(s.cpu.code.authority == 0x55);
  CHECK(s.engine.invalidated == std::vector<uint64_t>{s.stack.value, asx::kAllSpaces});
}

TEST_CASE("after invspace a stack space that died is an empty half") {
  Scenario s;
  s.become_privileged();
  ++s.descriptor(s.stack).generation;
  s.registers.gpr[kRbx] = s.stack.value;
  REQUIRE_FALSE(s.run(Mnemonic::Invspace, 0, kRbx));
  const auto cause_of = [&](uint16_t selector) {
    const auto address = VirtualAddress::make({selector}, Scenario::kPage);
    return asx::AsError::from_code(
               asx::translate(s.cpu, s.machine.memory, s.variant, address, Access::Read).fault().error_code)
        .cause;
  };
  CHECK(s.cpu.stack.id == s.stack);
  CHECK(s.cpu.stack.generation + 1 == s.descriptor(s.stack).generation);
  CHECK(cause_of(0x8000) == AsCause::SpaceGeneration);
  CHECK(cause_of(Scenario::kHeapSelector) == AsCause::SelectorIndex);
}

TEST_CASE("xwait asks the engine to wait, then goes on") {
  Scenario s;
  s.become_privileged();
  s.registers.gpr[asx::kRbx] = 0x1234;
  REQUIRE_FALSE(s.run(Mnemonic::Xwait, 0, asx::kRbx));
  CHECK(s.engine.waits == 1);
  CHECK(s.cpu.wait_mask == 0x1234);
  CHECK(s.registers.rip == 0x40'1004);
}

TEST_CASE("the initial space must be alive, for code and for a stack") {
  Scenario s;
  CHECK(asx::load_initial_space(s.cpu, s.machine.memory, s.kernel));
  CHECK(s.cpu.code.id == s.kernel);
  CHECK(s.cpu.stack.id == s.kernel);
  CHECK_FALSE(asx::load_initial_space(s.cpu, s.machine.memory, s.program));
  CHECK_FALSE(asx::load_initial_space(s.cpu, s.machine.memory, SpaceId{0}));
  CHECK_FALSE(asx::load_initial_space(s.cpu, s.machine.memory, SpaceId{Scenario::kSpaces}));
  s.descriptor(s.kernel).flags &= ~uint32_t{asx::kSpaceValid};
  CHECK_FALSE(asx::load_initial_space(s.cpu, s.machine.memory, s.kernel));
  CHECK(s.cpu.code.id == s.kernel);
}
