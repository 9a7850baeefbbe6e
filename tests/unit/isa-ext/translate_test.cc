// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/isa-ext/scenario.h"

using namespace test;

namespace {

asx::Result<asx::Translation> translate(Scenario& s, uint16_t selector, uint64_t offset, Access access) {
  return asx::translate(s.cpu, s.machine.memory, s.variant, VirtualAddress::make({selector}, offset), access);
}

Fault fault_of(Scenario& s, uint16_t selector, Access access) {
  const Scenario::Snapshot before = s.snapshot();
  const auto result = translate(s, selector, Scenario::kPage, access);
  REQUIRE_FALSE(result);
  CHECK((s.snapshot() == before));
  return result.fault();
}

Fault data_fault(AsCause cause, uint16_t selector, Access access) {
  return Fault::address_space(cause, access, AsOperation::Data, VirtualAddress::make({selector}, Scenario::kPage));
}

}  // namespace

TEST_CASE("an address leads to the space that its selector names") {
  Scenario s;
  const auto page_of = [&](uint16_t selector) {
    const auto result = translate(s, selector, Scenario::kPage + 0x234, Access::Read);
    REQUIRE(result);
    return result.value().page;
  };
  CHECK(page_of(0) == s.frame_of(s.program));
  CHECK(page_of(Scenario::kDataSelector) == s.frame_of(s.data));
  CHECK(page_of(0x8000) == s.frame_of(s.stack));
  CHECK(page_of(Scenario::kNarrowSelector) == s.frame_of(s.narrow_stack));
  CHECK(page_of(Scenario::kHeapSelector) == s.frame_of(s.data));
}

TEST_CASE("the sets follow the code space and the stack space") {
  Scenario s;
  REQUIRE_FALSE(s.call());
  CHECK(translate(s, 0, Scenario::kPage, Access::Read).value().page == s.frame_of(s.service));
  CHECK(translate(s, Scenario::kHeapSelector, Scenario::kPage, Access::Read).value().page == s.frame_of(s.data));
  CHECK(fault_of(s, Scenario::kDataSelector, Access::Read) ==
        data_fault(AsCause::EntryInvalid, Scenario::kDataSelector, Access::Read));
  REQUIRE_FALSE(s.narrow_to());
  CHECK(translate(s, 0x8000, Scenario::kPage, Access::Read).value().page == s.frame_of(s.narrow_stack));
  CHECK(fault_of(s, Scenario::kHeapSelector, Access::Read) ==
        data_fault(AsCause::EntryInvalid, Scenario::kHeapSelector, Access::Read));
}

TEST_CASE("an entry gives the rights it has, and the page can only take from them") {
  Scenario s;
  s.page_entry(s.data, Scenario::kPage, 0) |= asx::kPteDirty;
  auto result = translate(s, Scenario::kDataSelector, Scenario::kPage, Access::Read).value();
  CHECK(result.read);
  CHECK(result.write);
  CHECK_FALSE(result.execute);

  s.entry(s.program, 2).flags = asx::kEntryValid | asx::kEntryRead;
  CHECK_FALSE(translate(s, Scenario::kDataSelector, Scenario::kPage, Access::Read).value().write);
  CHECK(fault_of(s, Scenario::kDataSelector, Access::Write) ==
        data_fault(AsCause::Rights, Scenario::kDataSelector, Access::Write));

  s.entry(s.program, 2).flags = asx::kEntryValid | asx::kEntryWrite;
  CHECK_FALSE(translate(s, Scenario::kDataSelector, Scenario::kPage, Access::Write).value().read);
  CHECK(fault_of(s, Scenario::kDataSelector, Access::Read) ==
        data_fault(AsCause::Rights, Scenario::kDataSelector, Access::Read));

  s.entry(s.program, 2).flags = asx::kEntryValid | Scenario::kReadWrite;
  s.page_entry(s.data, Scenario::kPage, 0) &= ~uint64_t{asx::kPteWrite};
  CHECK_FALSE(translate(s, Scenario::kDataSelector, Scenario::kPage, Access::Read).value().write);
}

TEST_CASE("instructions are fetched through half 0, index 0 and nothing else") {
  Scenario s;
  const auto page = translate(s, 0, Scenario::kPage, Access::Fetch);
  REQUIRE(page);
  CHECK(page.value().page == s.frame_of(s.program));
  CHECK(page.value().execute);
  for (const uint16_t selector : {0x0002, 0x8000, 0x8001, 0x1000, 0xffff}) {
    CHECK(fault_of(s, selector, Access::Fetch) ==
          Fault::address_space(AsCause::FetchSelector, Access::Fetch, AsOperation::Fetch,
                               VirtualAddress::make({selector}, Scenario::kPage)));
  }
}

TEST_CASE("index 0 is the space itself, whatever the memory of its list says") {
  Scenario s;
  s.entry(s.program, 0) = {.flags = 0,
                           .kind = asx::EntryKind::Gate,
                           .slot_generation = 7,
                           .space_id = 99,
                           .space_generation = 1,
                           .gate_index = 3,
                           .object = 0};
  s.cpu.code.list_length = 0;
  CHECK(translate(s, 0, Scenario::kPage, Access::Write).value().page == s.frame_of(s.program));
  CHECK(fault_of(s, 0x1000, Access::Read) == data_fault(AsCause::SlotGeneration, 0x1000, Access::Read));
  CHECK(fault_of(s, 0x9000, Access::Read) == data_fault(AsCause::SlotGeneration, 0x9000, Access::Read));
}

TEST_CASE("a code space that has died can neither be read nor run") {
  Scenario s;
  ++s.descriptor(s.program).generation;
  const auto address = VirtualAddress::make({0}, Scenario::kPage);
  CHECK(fault_of(s, 0, Access::Read) == data_fault(AsCause::SpaceGeneration, 0, Access::Read));
  CHECK(fault_of(s, 0, Access::Fetch) ==
        Fault::address_space(AsCause::SpaceGeneration, Access::Fetch, AsOperation::Fetch, address));
  s.descriptor(s.program).flags = 0;
  CHECK(fault_of(s, 0, Access::Fetch) ==
        Fault::address_space(AsCause::SpaceInvalid, Access::Fetch, AsOperation::Fetch, address));
}

TEST_CASE("a slot generation is compared modulo the bits that the selector has for it") {
  Scenario s;
  s.entry(s.program, 2).slot_generation = 5;
  CHECK(translate(s, 2 | 5 << 12, Scenario::kPage, Access::Read));
  CHECK(fault_of(s, 2, Access::Read) == data_fault(AsCause::SlotGeneration, 2, Access::Read));
  s.entry(s.program, 2).slot_generation = 8 + 5;
  CHECK(translate(s, 2 | 5 << 12, Scenario::kPage, Access::Read));
}

TEST_CASE("an entry of kind object is refused as data and as a gate") {
  Scenario s;
  s.entry(s.program, 2).kind = asx::EntryKind::Object;
  CHECK(fault_of(s, 2, Access::Read) == data_fault(AsCause::EntryKind, 2, Access::Read));
  s.registers.gpr[kRax] = 2;
  check_refused(
      s, Fault::address_space(AsCause::EntryKind, Access::None, AsOperation::GateCall, VirtualAddress::make({2}, 0)),
      [&] { return s.gcall(); });
}

TEST_CASE("a list or a space table outside memory, or a space id beyond the table, is reported as such") {
  Scenario s;
  s.cpu.code.list = {Scenario::kMemory - 32};
  CHECK(fault_of(s, 2, Access::Read) == data_fault(AsCause::Addressing, 2, Access::Read));
  s.cpu.code.list = {s.descriptor(s.program).list + 4};  // misaligned
  CHECK(fault_of(s, 2, Access::Read) == data_fault(AsCause::Addressing, 2, Access::Read));
  s.cpu.code.list = {s.descriptor(s.program).list};
  for (const uint32_t id : {0u, Scenario::kSpaces})
    s.descriptor(SpaceId{id}) = s.descriptor(s.data);  // good, but out of bounds
  s.entry(s.program, 2).space_generation = s.descriptor(s.data).generation;
  s.entry(s.program, 2).space_id = Scenario::kSpaces;
  CHECK(fault_of(s, 2, Access::Read) == data_fault(AsCause::SpaceInvalid, 2, Access::Read));
  s.entry(s.program, 2).space_id = 0;
  CHECK(fault_of(s, 2, Access::Read) == data_fault(AsCause::SpaceInvalid, 2, Access::Read));
  s.entry(s.program, 2).space_id = s.data.value;
  s.cpu.space_table = {Scenario::kMemory};
  CHECK(fault_of(s, 2, Access::Read) == data_fault(AsCause::Addressing, 2, Access::Read));
}
