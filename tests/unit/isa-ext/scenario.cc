// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/isa-ext/scenario.h"

namespace test {

Scenario::Scenario(const asx::Variant& chosen) : FakeMachine(chosen) {
  kernel = add_space(asx::kSpaceCode | asx::kSpaceStack | asx::kSpacePrivileged, kListLength);
  program = add_space(asx::kSpaceCode, kListLength);
  service = add_space(asx::kSpaceCode, kListLength);
  stack = add_space(asx::kSpaceStack, kListLength);
  narrow_stack = add_space(asx::kSpaceStack, kListLength);
  data = add_space(0, 1);
  for (const SpaceId space : {kernel, program, service, stack, narrow_stack, data}) {
    map(space, kPage, allocate(asx::kPageSize).value | asx::kPtePresent | asx::kPteWrite);
  }
  grant_gate(program, kGateSelector, service, 1);
  grant_space(program, kDataSelector, data, kReadWrite);
  grant_space(stack, kNarrowSelector & 0x7fff, narrow_stack, kReadWrite);
  grant_space(stack, kHeapSelector & 0x7fff, data, kReadWrite);

  pool = add_pool({{0x9000, 0x9f00}, {0xa000, 0xaf00}});
  descriptor(program).authority = 3;
  asx::Gate& service_gate = gate(service, 1);
  service_gate.flags = asx::kGateValid;
  service_gate.stack_policy = asx::StackPolicy::Pool;
  service_gate.entry = 0x30'1000;
  service_gate.parameter = 0xfeed;
  service_gate.required_authority = 2;
  service_gate.pool = pool.value;

  asx::Gate& kernel_gate = gate(kernel, 2);
  kernel_gate = service_gate;
  kernel_gate.stack_policy = asx::StackPolicy::Thread;
  kernel_gate.entry = 0x10'0000;
  kernel_gate.parameter = 0xe0e0;
  kernel_gate.event_mask = ~0u;
  for (uint32_t vector = 0; vector < asx::kVectorCount; ++vector) {
    vector_entry(vector) = {1, kernel.value, descriptor(kernel).generation, 2};
  }
  thread_address = add_thread(stack, kFrames, kReserve);
  at<asx::ThreadBlock>(thread_address).kernel_rsp = 0xc000;
  at<asx::ThreadBlock>(thread_address).kernel_fs_base = 0xcf00;
  start(program, stack, thread_address);
}

void check_refused(FakeMachine& machine, const Fault& expected, const std::function<asx::MaybeFault()>& action) {
  const FakeMachine::Snapshot before = machine.snapshot();
  const asx::MaybeFault fault = action();
  REQUIRE(fault);
  CHECK(*fault == expected);
  CHECK((machine.snapshot() == before));
}

void check_order(const std::vector<Violation>& violations, const std::function<void(Scenario&)>& prepare,
                 const std::function<asx::MaybeFault(Scenario&)>& action, const std::function<Fault(AsCause)>& fault) {
  {
    Scenario scenario;
    prepare(scenario);
    CHECK_FALSE(action(scenario));
  }
  for (size_t first = 0; first < violations.size(); ++first) {
    for (size_t second = first; second < violations.size(); ++second) {
      INFO("violations " << first << " and " << second);
      Scenario scenario;
      prepare(scenario);
      violations[second].apply(scenario);
      if (first != second) violations[first].apply(scenario);
      check_refused(scenario, fault(violations[first].cause), [&] { return action(scenario); });
    }
  }
}

std::vector<Violation> entry_violations(SpaceId Scenario::*owner, uint32_t index, SpaceId Scenario::*target,
                                        asx::EntryKind wrong_kind) {
  return {
      {AsCause::SelectorIndex,
       [=](Scenario& s) { (owner == &Scenario::stack ? s.cpu.stack : s.cpu.code).list_length = index; }},
      {AsCause::EntryInvalid, [=](Scenario& s) { s.entry(s.*owner, index).flags &= ~uint32_t{asx::kEntryValid}; }},
      {AsCause::EntryKind, [=](Scenario& s) { s.entry(s.*owner, index).kind = wrong_kind; }},
      {AsCause::SlotGeneration, [=](Scenario& s) { s.entry(s.*owner, index).slot_generation = 1; }},
      {AsCause::SpaceInvalid, [=](Scenario& s) { s.descriptor(s.*target).flags &= ~uint32_t{asx::kSpaceValid}; }},
      {AsCause::SpaceGeneration, [=](Scenario& s) { ++s.descriptor(s.*target).generation; }},
  };
}

}  // namespace test
