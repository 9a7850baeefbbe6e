// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/abi/devices/devices.h"
#include "tests/unit/isa-ext/scenario.h"

using namespace test;

namespace {

constexpr uint64_t kOffset = Scenario::kPage + 0x18;
constexpr VirtualAddress kAddress = VirtualAddress::make({Scenario::kDataSelector}, kOffset);

asx::Result<asx::Translation> translate(Scenario& s, VirtualAddress address, Access access) {
  return asx::translate(s.cpu, s.machine.memory, s.variant, address, access);
}

Fault fault_of(Scenario& s, VirtualAddress address, Access access) {
  const Scenario::Snapshot before = s.snapshot();
  const auto result = translate(s, address, access);
  REQUIRE_FALSE(result);
  CHECK((s.snapshot() == before));
  return result.fault();
}

}  // namespace

TEST_CASE("an absent page is #PF at every level of the tables, with the full address") {
  for (int level = 0; level < 4; ++level) {
    Scenario s;
    s.page_entry(s.data, kOffset, level) &= ~uint64_t{asx::kPtePresent};
    CHECK(fault_of(s, kAddress, Access::Read) == Fault::page(asx::kPageFaultUser, kAddress));
    CHECK(fault_of(s, kAddress, Access::Write) == Fault::page(asx::kPageFaultUser | asx::kPageFaultWrite, kAddress));
  }
}

TEST_CASE("the error code says whether the code space is privileged") {
  Scenario s;
  s.page_entry(s.data, kOffset, 0) = 0;
  s.cpu.code.flags |= asx::kSpacePrivileged;
  CHECK(fault_of(s, kAddress, Access::Read) == Fault::page(0, kAddress));
}

TEST_CASE("a store to a read-only page, at any level, is #PF with the present bit") {
  for (int level = 0; level < 4; ++level) {
    Scenario s;
    s.page_entry(s.data, kOffset, level) &= ~uint64_t{asx::kPteWrite};
    CHECK(fault_of(s, kAddress, Access::Write) ==
          Fault::page(asx::kPageFaultPresent | asx::kPageFaultWrite | asx::kPageFaultUser, kAddress));
    CHECK(translate(s, kAddress, Access::Read));
  }
}

TEST_CASE("a fetch from a page without execute right, at any level, is #PF with the fetch bit") {
  constexpr VirtualAddress address{kOffset};
  for (int level = 0; level < 4; ++level) {
    Scenario s;
    s.page_entry(s.program, kOffset, level) |= asx::kPteNoExecute;
    CHECK(fault_of(s, address, Access::Fetch) ==
          Fault::page(asx::kPageFaultPresent | asx::kPageFaultFetch | asx::kPageFaultUser, address));
    CHECK_FALSE(translate(s, address, Access::Read).value().execute);
  }
}

TEST_CASE("the user bit of an entry means nothing") {
  Scenario s;
  s.page_entry(s.data, kOffset, 0) |= asx::kPteUser;
  s.page_entry(s.data, kOffset, 2) &= ~uint64_t{asx::kPteUser};
  CHECK(translate(s, kAddress, Access::Write));
}

TEST_CASE("accessed and dirty bits are set as on x86, and a clean page is given without write right") {
  Scenario s;
  const auto clean = translate(s, kAddress, Access::Read).value();
  CHECK_FALSE(clean.write);
  for (int level = 0; level < 4; ++level) {
    CHECK((s.page_entry(s.data, kOffset, level) & asx::kPteAccessed) != 0);
    CHECK((s.page_entry(s.data, kOffset, level) & asx::kPteDirty) == 0);
  }
  CHECK(translate(s, kAddress, Access::Write).value().write);
  CHECK((s.page_entry(s.data, kOffset, 0) & asx::kPteDirty) != 0);
  CHECK((s.page_entry(s.data, kOffset, 1) & asx::kPteDirty) == 0);
  CHECK(translate(s, kAddress, Access::Read).value().write);
}

TEST_CASE("pages of 2 MiB and 1 GiB are honoured") {
  Scenario s;
  constexpr uint64_t kRights = asx::kPtePresent | asx::kPteWrite | asx::kPteLarge;
  s.page_entry(s.data, kOffset, 1) = 0 | kRights;
  CHECK(
      translate(s, VirtualAddress::make(kAddress.selector(), 0x40'0000 + 0x5'6789), Access::Write).value().page.value ==
      0x5'6000);
  CHECK((s.page_entry(s.data, kOffset, 1) & asx::kPteDirty) != 0);
  s.page_entry(s.data, kOffset, 2) = 0 | kRights;
  CHECK(translate(s, VirtualAddress::make(kAddress.selector(), 0x7'8abc), Access::Write).value().page.value ==
        0x7'8000);
}

TEST_CASE("reserved bits of large entries are #PF with the reserved bit") {
  constexpr uint32_t kExpected = asx::kPageFaultPresent | asx::kPageFaultReserved | asx::kPageFaultUser;
  constexpr uint64_t kRights = asx::kPtePresent | asx::kPteWrite | asx::kPteLarge;
  for (int level = 1; level < 4; ++level) {
    Scenario s;
    s.page_entry(s.data, kOffset, level) = kRights | 0x2000;
    CHECK(fault_of(s, kAddress, Access::Read) == Fault::page(kExpected, kAddress));
  }
  Scenario s;
  s.page_entry(s.data, kOffset, 1) = kRights | 0x1000;  // PAT: not reserved
  CHECK(translate(s, VirtualAddress::make(kAddress.selector(), 0x40'0000), Access::Read));
}

TEST_CASE("tables and pages outside memory are #AS, and change nothing") {
  const Fault read = Fault::address_space(AsCause::Addressing, Access::Read, AsOperation::Data, kAddress);
  for (int level = 0; level < 4; ++level) {
    Scenario s;
    s.page_entry(s.data, kOffset, level) = Scenario::kMemory | asx::kPtePresent | asx::kPteWrite;
    CHECK(fault_of(s, kAddress, Access::Read) == read);
  }
  Scenario s;
  s.descriptor(s.program).page_table_root = Scenario::kMemory;
  const VirtualAddress fetched{kOffset};
  CHECK(fault_of(s, fetched, Access::Fetch) ==
        Fault::address_space(AsCause::Addressing, Access::Fetch, AsOperation::Fetch, fetched));
}

TEST_CASE("device pages are reached through spaces with the io flag only") {
  Scenario s;
  s.page_entry(s.data, kOffset, 0) = asx::kSerialBase | asx::kPtePresent | asx::kPteWrite;
  const Fault refused = Fault::address_space(AsCause::Addressing, Access::Write, AsOperation::Data, kAddress);
  CHECK(fault_of(s, kAddress, Access::Write) == refused);
  s.descriptor(s.data).flags |= asx::kSpaceIo;
  CHECK(translate(s, kAddress, Access::Write).value().page.value == asx::kSerialBase);
  s.page_entry(s.data, kOffset, 0) = asx::kDeviceEnd | asx::kPtePresent | asx::kPteWrite;
  CHECK(fault_of(s, kAddress, Access::Write) == refused);
}
