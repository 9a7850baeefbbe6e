// SPDX-License-Identifier: GPL-2.0-or-later
// The order of the checks (manual chapter 4): of two that would fail, the earlier one is reported; nothing changes.
#include "tests/unit/isa-ext/scenario.h"

using namespace test;

namespace {

Fault gate_call_fault(AsCause cause) {
  return Fault::address_space(cause, Access::None, AsOperation::GateCall,
                              VirtualAddress::make({Scenario::kGateSelector}, 0));
}

std::vector<Violation> joined(std::vector<Violation> first, const std::vector<Violation>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace

TEST_CASE("a gate call makes its checks in the documented order, and a refused one changes nothing") {
  const std::vector<Violation> at_the_gate = {
      {AsCause::NotCodeSpace, [](Scenario& s) { s.descriptor(s.service).flags &= ~uint32_t{asx::kSpaceCode}; }},
      {AsCause::GateIndex, [](Scenario& s) { s.descriptor(s.service).gate_count = 1; }},
      {AsCause::GateInvalid, [](Scenario& s) { s.gate(s.service, 1).flags = 0; }},
      {AsCause::Authority, [](Scenario& s) { s.gate(s.service, 1).required_authority = 4; }},
      {AsCause::SecureStackFull, [](Scenario& s) { s.thread().reserve_frames = Scenario::kFrames; }},
      {AsCause::PoolEmpty, [](Scenario& s) { s.at<asx::StackPool>(s.pool).first_free = 0; }},
  };
  const auto entry = entry_violations(&Scenario::program, 1, &Scenario::service, asx::EntryKind::Space);
  check_order(
      joined(entry, at_the_gate), [](Scenario& s) { s.registers.gpr[kRax] = Scenario::kGateSelector; },
      [](Scenario& s) { return s.gcall(); }, gate_call_fault);
}

TEST_CASE("syscall makes the same checks in the same order") {
  const auto entry = entry_violations(&Scenario::program, 1, &Scenario::service, asx::EntryKind::Object);
  check_order(
      entry, [](Scenario& s) { s.cpu.code.syscall_selector = Scenario::kGateSelector; },
      [](Scenario& s) { return asx::system_call(s.machine); }, gate_call_fault);
}

TEST_CASE("a data access makes its checks in the documented order") {
  const auto address = VirtualAddress::make({Scenario::kDataSelector}, Scenario::kPage + 0x123);
  auto violations = entry_violations(&Scenario::program, 2, &Scenario::data, asx::EntryKind::Gate);
  violations.push_back(
      {AsCause::Rights, [](Scenario& s) { s.entry(s.program, 2).flags &= ~uint32_t{asx::kEntryWrite}; }});
  // the page walk comes last: its violation goes with every other, and is never the one reported
  violations.push_back({AsCause::Addressing, [](Scenario& s) { s.descriptor(s.data).page_table_root = ~0xfffull; }});
  check_order(
      violations, [](Scenario&) {},
      [&](Scenario& s) -> asx::MaybeFault {
        const auto result = asx::translate(s.cpu, s.machine.memory, s.variant, address, Access::Write);
        if (result) return std::nullopt;
        return result.fault();
      },
      [&](AsCause cause) { return Fault::address_space(cause, Access::Write, AsOperation::Data, address); });
}

TEST_CASE("narrow makes its checks in the documented order") {
  auto violations = entry_violations(&Scenario::stack, 1, &Scenario::narrow_stack, asx::EntryKind::Gate);
  violations.push_back(
      {AsCause::Rights, [](Scenario& s) { s.entry(s.stack, 1).flags &= ~uint32_t{asx::kEntryWrite}; }});
  violations.push_back(
      {AsCause::NotStackSpace, [](Scenario& s) { s.descriptor(s.narrow_stack).flags &= ~uint32_t{asx::kSpaceStack}; }});
  violations.push_back({AsCause::SecureStackFull, [](Scenario& s) { s.thread().reserve_frames = Scenario::kFrames; }});
  check_order(
      violations, [](Scenario& s) { s.registers.gpr[kRax] = Scenario::kNarrowSelector; },
      [](Scenario& s) { return s.narrow(); },
      [](AsCause cause) {
        return Fault::address_space(cause, Access::None, AsOperation::Narrow,
                                    VirtualAddress::make({Scenario::kNarrowSelector}, 0));
      });
}

TEST_CASE("gret makes its checks in the documented order") {
  const std::vector<Violation> violations = {
      {AsCause::SecureStackEmpty, [](Scenario& s) { s.thread().secure_stack_top = s.thread().secure_stack_base; }},
      {AsCause::FrameKind, [](Scenario& s) { s.frame(0).kind = asx::FrameKind::Narrow; }},
      {AsCause::ReturnCodeSpace, [](Scenario& s) { ++s.descriptor(s.program).generation; }},
      {AsCause::ReturnStackSpace, [](Scenario& s) { s.descriptor(s.stack).flags = 0; }},
      {AsCause::Addressing, [](Scenario& s) { s.frame(0).pool_slot = 3; }},
  };
  check_order(
      violations, [](Scenario& s) { REQUIRE_FALSE(s.call()); }, [](Scenario& s) { return s.run(Mnemonic::Gret); },
      [](AsCause cause) { return Fault::address_space(cause, Access::None, AsOperation::Return, {}); });
}

TEST_CASE("widen makes its checks in the documented order") {
  const std::vector<Violation> violations = {
      {AsCause::SecureStackEmpty, [](Scenario& s) { s.thread().secure_stack_top = s.thread().secure_stack_base; }},
      {AsCause::FrameKind, [](Scenario& s) { s.frame(0).kind = asx::FrameKind::Call; }},
      {AsCause::WidenSpace, [](Scenario& s) { s.frame(0).cs_id = s.service.value; }},
      {AsCause::ReturnStackSpace, [](Scenario& s) { ++s.descriptor(s.stack).generation; }},
  };
  check_order(
      violations, [](Scenario& s) { REQUIRE_FALSE(s.narrow_to()); }, [](Scenario& s) { return s.run(Mnemonic::Widen); },
      [](AsCause cause) { return Fault::address_space(cause, Access::None, AsOperation::Widen, {}); });
}

TEST_CASE("tswitch makes its checks in the documented order") {
  const std::vector<Violation> violations = {
      {AsCause::Operand, [](Scenario& s) { ++s.thread().secure_stack_top; }},
      {AsCause::SpaceInvalid, [](Scenario& s) { s.descriptor(s.stack).flags &= ~uint32_t{asx::kSpaceValid}; }},
      {AsCause::SpaceGeneration, [](Scenario& s) { ++s.descriptor(s.stack).generation; }},
      {AsCause::NotStackSpace, [](Scenario& s) { s.descriptor(s.stack).flags &= ~uint32_t{asx::kSpaceStack}; }},
  };
  check_order(
      violations,
      [](Scenario& s) {
        s.become_privileged();
        s.registers.gpr[kRbx] = s.thread_address.value;
      },
      [](Scenario& s) { return s.run(Mnemonic::Tswitch, 0, kRbx); },
      [](AsCause cause) { return Fault::address_space(cause, Access::None, AsOperation::Other, {}); });
}
