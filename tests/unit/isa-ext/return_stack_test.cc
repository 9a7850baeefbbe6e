// SPDX-License-Identifier: GPL-2.0-or-later
// --return-stack=memory (manual 7.3): what gret believes lies where the callee can write it.
#include "isa-ext/abi/devices/devices.h"
#include "tests/unit/isa-ext/scenario.h"

using namespace test;
using asx::ReturnRecord;

namespace {

constexpr uint64_t kStackTop = 0x9000;  ///< of the first stack in the service's pool
constexpr uint64_t kRecord = kStackTop - sizeof(ReturnRecord);
constexpr uint64_t kStackPage = kRecord & ~asx::kPageMask;

/// A service whose stacks are mapped, so that there is something to forge, with either value of the flag.
struct Forgeable : Scenario {
  explicit Forgeable(asx::ReturnStack value = asx::ReturnStack::Memory) : Scenario({.return_stack = value}) {
    for (const uint64_t page : {kStackPage, kStackPage + asx::kPageSize}) {
      map(service, page, allocate(asx::kPageSize).value | asx::kPtePresent | asx::kPteWrite);
    }
  }
  [[nodiscard]] ReturnRecord& record() {
    const uint64_t frame = page_entry(service, kStackPage, 0) & asx::kPteAddressMask;
    return at<ReturnRecord>({frame + (kRecord & asx::kPageMask)});
  }
  [[nodiscard]] asx::StackSlot& slot() { return at<asx::StackSlot>(pool + sizeof(asx::StackPool)); }
  /// What a callee would write to come back in its own code with another stack space.
  void forge(SpaceId code, SpaceId its_stack) {
    record() = {.cs_id = code.value,
                .cs_generation = descriptor(code).generation,
                .ss_id = its_stack.value,
                .ss_generation = descriptor(its_stack).generation,
                .rip = 0x30'5000,
                .rsp = 0x8800,
                .rflags = 0x203,
                .fs_base = 0x1f5,
                .gs_base = 0x165,
                .reserved = 0};
  }
};

/// Gives the service's stack a device's page, which the service may have.
void map_device(Forgeable& s) {
  s.descriptor(s.service).flags |= asx::kSpaceIo;
  s.page_entry(s.service, kStackPage, 0) = asx::kDeviceBase | asx::kPtePresent | asx::kPteWrite;
}

Fault record_fault() {
  return Fault::address_space(AsCause::ReturnRecord, Access::None, AsOperation::GateCall,
                              VirtualAddress::make({Scenario::kGateSelector}, 0));
}

}  // namespace

TEST_CASE("with return-stack=memory a call lays its record at the top of the callee's stack and enters below it") {
  Forgeable s;
  const asx::Registers before = s.registers;
  REQUIRE_FALSE(s.call());
  CHECK(s.registers.gpr[kRsp] == kRecord);
  CHECK(s.registers.fs_base == 0x9f00);
  const ReturnRecord& record = s.record();
  CHECK(record.cs_id == s.program.value);
  CHECK(record.cs_generation == s.descriptor(s.program).generation);
  CHECK(record.ss_id == s.stack.value);
  CHECK(record.ss_generation == s.descriptor(s.stack).generation);
  CHECK(record.rip == before.rip + 4);
  CHECK(record.rsp == before.gpr[kRsp]);
  CHECK(record.rflags == before.rflags);
  CHECK(record.fs_base == before.fs_base);
  CHECK(record.gs_base == before.gs_base);
  CHECK(s.frame(0).rip == before.rip + 4);  // the frame has it all as well, for the kernel
  CHECK(s.frame(0).pool_slot == 1);

  REQUIRE_FALSE(s.run(Mnemonic::Gret));
  CHECK(s.registers.rip == before.rip + 4);
  CHECK(s.registers.gpr[kRsp] == before.gpr[kRsp]);
  CHECK(s.cpu.code.id == s.program);
  CHECK(s.cpu.stack.id == s.stack);
  CHECK(s.at<asx::StackPool>(s.pool).free_count == 2);
}

TEST_CASE("with return-stack=memory a forged record brings a narrow callee the broad stack space") {
  Forgeable s;
  REQUIRE_FALSE(s.narrow_to());
  s.cpu.event_mask = 4;
  REQUIRE_FALSE(s.call());
  const uint64_t callers_rbx = s.frame(1).gpr[kRbx];
  CHECK(s.cpu.stack.id == s.narrow_stack);
  s.forge(s.service, s.stack);
  s.cpu.event_mask = 6;
  REQUIRE_FALSE(s.run(Mnemonic::Gret));
  CHECK(s.cpu.code.id == s.service);
  CHECK(s.cpu.stack.id == s.stack);
  CHECK(s.thread().ss_id == s.stack.value);
  CHECK(s.registers.rip == 0x30'5000);
  CHECK(s.registers.gpr[kRsp] == 0x8800);
  CHECK(s.registers.rflags == 0x203);
  CHECK(s.registers.fs_base == 0x1f5);
  CHECK(s.registers.gs_base == 0x165);
  // depth, event mask, pool and general registers are the frame's
  CHECK(s.depth() == 1);
  CHECK(s.cpu.event_mask == 4);
  CHECK(s.registers.gpr[kRbx] == callers_rbx);
  CHECK(s.at<asx::StackPool>(s.pool).free_count == 2);
}

TEST_CASE("with return-stack=secure the same forgery changes nothing") {
  Forgeable s(asx::ReturnStack::Secure);
  REQUIRE_FALSE(s.narrow_to());
  const asx::Registers before = s.registers;
  REQUIRE_FALSE(s.call());
  CHECK(s.registers.gpr[kRsp] == kStackTop);
  s.forge(s.service, s.stack);
  REQUIRE_FALSE(s.run(Mnemonic::Gret));
  CHECK(s.cpu.code.id == s.program);
  CHECK(s.cpu.stack.id == s.narrow_stack);
  CHECK(s.registers.rip == before.rip + 4);
  CHECK(s.registers.gpr[kRsp] == before.gpr[kRsp]);
}

TEST_CASE("a record that names a dead or unfit space is refused by the return's own checks") {
  const std::pair<std::function<void(Forgeable&)>, AsCause> forgeries[] = {
      {[](Forgeable& s) { s.record().cs_id = 0; }, AsCause::ReturnCodeSpace},
      {[](Forgeable& s) { ++s.record().cs_generation; }, AsCause::ReturnCodeSpace},
      {[](Forgeable& s) { s.record().cs_id = s.data.value; }, AsCause::ReturnCodeSpace},
      {[](Forgeable& s) { s.record().ss_id = FakeMachine::kSpaces; }, AsCause::ReturnStackSpace},
      {[](Forgeable& s) { ++s.record().ss_generation; }, AsCause::ReturnStackSpace},
      {[](Forgeable& s) { s.record().ss_id = s.service.value; }, AsCause::ReturnStackSpace},
  };
  for (const auto& [forge, cause] : forgeries) {
    Forgeable s;
    REQUIRE_FALSE(s.call());
    forge(s);
    check_refused(s, Fault::address_space(cause, Access::None, AsOperation::Return, {}),
                  [&] { return s.run(Mnemonic::Gret); });
  }
}

TEST_CASE("a call whose record cannot be written is nullified, and told in the caller") {
  const std::function<void(Forgeable&)> losses[] = {
      [](Forgeable& s) { s.page_entry(s.service, kStackPage, 0) = 0; },
      [](Forgeable& s) { s.page_entry(s.service, kStackPage, 0) &= ~uint64_t{asx::kPteWrite}; },
      [](Forgeable& s) { s.page_entry(s.service, kStackPage, 0) |= 1ull << 40; },
      [](Forgeable& s) { s.page_entry(s.service, kStackPage, 3) = 0; },
      [](Forgeable& s) { map_device(s); },
      [](Forgeable& s) { s.slot().rsp = Scenario::kMemory; },
      [](Forgeable& s) { s.slot().rsp |= uint64_t{Scenario::kDataSelector} << 48; },  // not in the service's list
  };
  for (const auto& lose : losses) {
    Forgeable s;
    lose(s);
    s.registers.gpr[kRax] = Scenario::kGateSelector;
    check_refused(s, record_fault(), [&] { return s.gcall(); });
    s.cpu.code.syscall_selector = Scenario::kGateSelector;
    check_refused(s, record_fault(), [&] { return asx::system_call(s.machine); });
  }
}

TEST_CASE("a stack whose record would be misaligned is an addressing fault of the call") {
  Forgeable s;
  s.slot().rsp = kStackTop - 8;
  s.registers.gpr[kRax] = Scenario::kGateSelector;
  check_refused(s,
                Fault::address_space(AsCause::Addressing, Access::None, AsOperation::GateCall,
                                     VirtualAddress::make({Scenario::kGateSelector}, 0)),
                [&] { return s.gcall(); });
}

TEST_CASE("that a record can be written is the last check of a call") {
  const std::vector<std::pair<AsCause, std::function<void(Scenario&)>>> earlier = {
      {AsCause::EntryInvalid, [](Scenario& s) { s.entry(s.program, 1).flags = 0; }},
      {AsCause::Authority, [](Scenario& s) { s.cpu.code.authority = 0; }},
      {AsCause::SecureStackFull, [](Scenario& s) { s.thread().reserve_frames = Scenario::kFrames; }},
      {AsCause::PoolEmpty, [](Scenario& s) { s.at<asx::StackPool>(s.pool).first_free = 0; }},
  };
  for (const auto& [cause, apply] : earlier) {
    Forgeable s;
    s.page_entry(s.service, kStackPage, 0) = 0;
    apply(s);
    s.registers.gpr[kRax] = Scenario::kGateSelector;
    check_refused(s,
                  Fault::address_space(cause, Access::None, AsOperation::GateCall,
                                       VirtualAddress::make({Scenario::kGateSelector}, 0)),
                  [&] { return s.gcall(); });
  }
}

TEST_CASE("a return whose record lies on a device's page changes nothing, not even an accessed bit") {
  Forgeable s;
  REQUIRE_FALSE(s.call());
  map_device(s);
  check_refused(s, Fault::address_space(AsCause::Addressing, Access::Read, AsOperation::Data, {kRecord}),
                [&] { return s.run(Mnemonic::Gret); });
}

TEST_CASE("a return whose record cannot be read faults as a load, and is nullified") {
  Forgeable s;
  REQUIRE_FALSE(s.call());
  s.page_entry(s.service, kStackPage, 0) = 0;
  check_refused(s, Fault::page(asx::kPageFaultUser, {kRecord}), [&] { return s.run(Mnemonic::Gret); });
  ++s.descriptor(s.service).generation;  // and with no space to look in, by that load's first check
  check_refused(s, Fault::address_space(AsCause::SpaceGeneration, Access::Read, AsOperation::Data, {kRecord}),
                [&] { return s.run(Mnemonic::Gret); });
}

TEST_CASE("whoever returns for a callee goes by the frame, not by the callee's record") {
  Forgeable s;
  REQUIRE_FALSE(s.call());
  s.forge(s.service, s.narrow_stack);
  REQUIRE_FALSE(asx::deliver_event(s.machine, {asx::kVectorDivideError, 0, {}}));
  CHECK(s.cpu.code.id == s.kernel);
  s.thread().secure_stack_top -= sizeof(asx::Frame);  // as a kernel does that gives up on the callee
  REQUIRE_FALSE(s.run(Mnemonic::Gret));
  CHECK(s.cpu.code.id == s.program);
  CHECK(s.cpu.stack.id == s.stack);
}

TEST_CASE("calls without a stack of their own, events and narrows keep everything in frames") {
  for (const auto policy : {asx::StackPolicy::Keep, asx::StackPolicy::Thread}) {
    Forgeable s;
    s.gate(s.service, 1).stack_policy = policy;
    const uint64_t rsp = s.registers.gpr[kRsp];
    const auto stacks = [&] { return s.record(); };
    const ReturnRecord untouched = stacks();
    REQUIRE_FALSE(s.call());
    CHECK(s.registers.gpr[kRsp] == (policy == asx::StackPolicy::Keep ? rsp : 0xc000));
    CHECK(stacks().rip == untouched.rip);
    REQUIRE_FALSE(s.run(Mnemonic::Gret));
    CHECK(s.cpu.code.id == s.program);
  }
  Forgeable s;
  REQUIRE_FALSE(s.call());
  s.forge(s.service, s.narrow_stack);
  for (uint32_t vector = 0; vector < 2; ++vector) {
    s.gate(s.kernel, 2).stack_policy = asx::StackPolicy::Pool;  // even with a stack of a pool
    REQUIRE_FALSE(asx::deliver_event(s.machine, {vector, 0, {}}));
    CHECK(s.registers.gpr[kRsp] == 0xa000);
    REQUIRE_FALSE(s.run(Mnemonic::Gret));
    CHECK(s.cpu.code.id == s.service);
    CHECK(s.cpu.stack.id == s.stack);
  }
}
