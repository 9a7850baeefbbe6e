// SPDX-License-Identifier: GPL-2.0-or-later
// Spaces and their memory: map, unmap, protect, share, move, destroy.
#include "isa-ext/abi/address.h"
#include "isa-ext/abi/structures.h"
#include "tests/kernel/guest/probe.h"
#include "tests/kernel/guest/test.h"

namespace {

using namespace guest;
using namespace hop::kernel;
using asx::AsCause;
using hop::Status;

constexpr uint64_t kPage = asx::kPageSize;
constexpr uint64_t kReadWrite = hop::kProtectRead | hop::kProtectWrite;

uint16_t make_space() {
  return SELECTOR(space_create(asx::kSpaceStack, 16, 0x74736574, 0));
}
/// Destroys a space, and empties the slot that named it.
void end_space(uint16_t space) {
  CHECK_OK(space_destroy(space));
  CHECK_OK(list_remove(hop::kSelf, space));
}

}  // namespace

GUEST_TEST("a mapped page reads as zero and keeps what is written") {
  const uint16_t space = make_space();
  CHECK_OK(space_map(space, 0x10000, 4 * kPage, kReadWrite));
  CHECK_EQUAL(word_at(space, 0x10000), 0u);
  CHECK_EQUAL(word_at(space, 0x10000 + 4 * kPage - 8), 0u);
  word_at(space, 0x11008) = 42;
  CHECK_EQUAL(word_at(space, 0x11008), 42u);
  end_space(space);
}

GUEST_TEST("a frame that is used again is zero again") {
  for (int round = 0; round < 3; ++round) {
    const uint16_t space = make_space();
    CHECK_OK(space_map(space, 0, 8 * kPage, kReadWrite));
    for (uint64_t offset = 0; offset < 8 * kPage; offset += 512) {
      CHECK_EQUAL(word_at(space, offset), 0u);
      word_at(space, offset) = ~uint64_t{0};
    }
    end_space(space);
  }
}

GUEST_TEST("what lies outside the mapped range faults") {
  const uint16_t space = make_space();
  CHECK_OK(space_map(space, 0x10000, kPage, kReadWrite));
  CHECK(probe_read(address_in(space, 0x11000)).is_page_fault(0));
  CHECK(probe_write(address_in(space, 0xfff8)).is_page_fault(asx::kPageFaultWrite));
  CHECK_EQUAL(probe_read(address_in(space, 0x11000)).address, address_in(space, 0x11000));
  end_space(space);
}

GUEST_TEST("an unmapped page faults, and a page mapped there again is zero") {
  const uint16_t space = make_space();
  CHECK_OK(space_map(space, 0, 4 * kPage, kReadWrite));
  word_at(space, kPage) = 7;
  word_at(space, 2 * kPage) = 8;
  CHECK_OK(space_unmap(space, kPage, kPage));
  CHECK(probe_read(address_in(space, kPage)).is_page_fault(0));
  CHECK_EQUAL(word_at(space, 2 * kPage), 8u);
  CHECK_OK(space_map(space, kPage, kPage, kReadWrite));
  CHECK_EQUAL(word_at(space, kPage), 0u);
  CHECK_OK(space_unmap(space, 0, 64 * kPage));
  CHECK(probe_read(address_in(space, 3 * kPage)).is_page_fault(0));
  end_space(space);
}

GUEST_TEST("a range that is mapped already cannot be mapped, and nothing changes") {
  const uint16_t space = make_space();
  CHECK_OK(space_map(space, 2 * kPage, kPage, kReadWrite));
  word_at(space, 2 * kPage) = 5;
  CHECK_STATUS(space_map(space, 0, 4 * kPage, kReadWrite), Status::Invalid);
  CHECK(probe_read(address_in(space, 0)).is_page_fault(0));
  CHECK_EQUAL(word_at(space, 2 * kPage), 5u);
  end_space(space);
}

GUEST_TEST("unaligned, empty and too long ranges are refused") {
  const uint16_t space = make_space();
  CHECK_STATUS(space_map(space, 8, kPage, kReadWrite), Status::Invalid);
  CHECK_STATUS(space_map(space, 0, kPage + 1, kReadWrite), Status::Invalid);
  CHECK_STATUS(space_map(space, 0, 0, kReadWrite), Status::Invalid);
  CHECK_STATUS(space_map(space, uint64_t{1} << 48, kPage, kReadWrite), Status::Invalid);
  CHECK_STATUS(space_map(space, kPage, uint64_t{1} << 48, kReadWrite), Status::Invalid);
  CHECK_STATUS(space_map(space, 0, ~uint64_t{0} << 12, kReadWrite), Status::Invalid);
  CHECK_STATUS(space_map(space, 0, kPage, 16), Status::Invalid);
  CHECK_OK(space_map(space, (uint64_t{1} << 48) - kPage, kPage, kReadWrite));
  word_at(space, (uint64_t{1} << 48) - 8) = 1;
  end_space(space);
}

GUEST_TEST("protection is what the hardware enforces from the next access on") {
  const uint16_t space = make_space();
  CHECK_OK(space_map(space, 0, 3 * kPage, kReadWrite));
  for (uint64_t page = 0; page < 3; ++page) word_at(space, page * kPage) = page;
  CHECK_OK(space_protect(space, kPage, kPage, hop::kProtectRead));
  CHECK(probe_write(address_in(space, kPage)).is_page_fault(asx::kPageFaultPresent | asx::kPageFaultWrite));
  CHECK_EQUAL(word_at(space, kPage), 1u);
  CHECK(!probe_write(address_in(space, 2 * kPage)).has_faulted);
  CHECK_OK(space_protect(space, kPage, kPage, hop::kProtectNone));
  CHECK(probe_read(address_in(space, kPage)).is_page_fault(0));
  CHECK_OK(space_protect(space, 0, 3 * kPage, kReadWrite));
  CHECK_EQUAL(word_at(space, kPage), 1u);
  CHECK(!probe_write(address_in(space, kPage)).has_faulted);
  end_space(space);
}

GUEST_TEST("protecting a range with a hole is NotFound and changes nothing") {
  const uint16_t space = make_space();
  CHECK_OK(space_map(space, 0, kPage, kReadWrite));
  CHECK_OK(space_map(space, 2 * kPage, kPage, kReadWrite));
  CHECK_STATUS(space_protect(space, 0, 3 * kPage, hop::kProtectRead), Status::NotFound);
  CHECK(!probe_write(address_in(space, 0)).has_faulted);
  end_space(space);
}

GUEST_TEST("a shared page is one page under two names") {
  const uint16_t source = make_space(), target = make_space();
  CHECK_OK(space_map(source, 0, 4 * kPage, kReadWrite));
  word_at(source, kPage) = 11;
  CHECK_OK(space_share(target, 0x40000, source, 0, 4 * kPage, kReadWrite));
  CHECK_EQUAL(word_at(target, 0x40000 + kPage), 11u);
  word_at(target, 0x40000 + 3 * kPage) = 12;  // a page that nobody had touched
  CHECK_EQUAL(word_at(source, 3 * kPage), 12u);
  end_space(source);
  CHECK_EQUAL(word_at(target, 0x40000 + kPage), 11u);
  end_space(target);
}

GUEST_TEST("a page shared read-only shows the owner's writes and takes none") {
  const uint16_t source = make_space(), target = make_space();
  CHECK_OK(space_map(source, 0, kPage, kReadWrite));
  CHECK_OK(space_share(target, 0, source, 0, kPage, hop::kProtectRead));
  word_at(source, 0) = 99;
  CHECK_EQUAL(word_at(target, 0), 99u);
  CHECK(probe_write(address_in(target, 0)).is_page_fault(asx::kPageFaultPresent | asx::kPageFaultWrite));
  end_space(target);
  end_space(source);
}

GUEST_TEST("moved pages keep their contents, and their old place is free") {
  const uint16_t space = make_space();
  CHECK_OK(space_map(space, 0, 4 * kPage, kReadWrite));
  word_at(space, kPage) = 21;
  CHECK_OK(space_protect(space, 2 * kPage, kPage, hop::kProtectRead));
  CHECK_OK(space_move(space, 0, uint64_t{1} << 40, 4 * kPage));
  const uint64_t moved = uint64_t{1} << 40;
  CHECK_EQUAL(word_at(space, moved + kPage), 21u);
  CHECK_EQUAL(word_at(space, moved + 3 * kPage), 0u);
  CHECK(probe_write(address_in(space, moved + 2 * kPage)).has_faulted);
  CHECK(probe_read(address_in(space, kPage)).is_page_fault(0));
  CHECK_OK(space_map(space, 0, 4 * kPage, kReadWrite));
  CHECK_STATUS(space_move(space, 0, moved + 3 * kPage, 4 * kPage), Status::Invalid);
  CHECK_STATUS(space_move(space, 2 * kPage, 64 * kPage, 4 * kPage), Status::NotFound);
  end_space(space);
}

GUEST_TEST("a thousand ranges mapped in disorder are found again, and unmapped one by one") {
  const uint16_t space = make_space();
  for (uint64_t i = 0; i < 1000; ++i) {
    const uint64_t offset = i * 389 % 1000 * 2 * kPage;
    CHECK_OK(space_map(space, offset, kPage, i % 2 == 0 ? kReadWrite : hop::kProtectRead | hop::kProtectWrite));
    if (i % 100 == 0) word_at(space, offset) = i + 1;
  }
  for (uint64_t i = 0; i < 1000; i += 100) CHECK_EQUAL(word_at(space, i * 389 % 1000 * 2 * kPage), i + 1);
  for (uint64_t i = 0; i < 1000; ++i) CHECK_OK(space_unmap(space, i * 613 % 1000 * 2 * kPage, kPage));
  CHECK_STATUS(space_protect(space, 0, kPage, hop::kProtectRead), Status::NotFound);
  end_space(space);
}

GUEST_TEST("a thousand spaces are made and destroyed") {
  for (int i = 0; i < 1000; ++i) {
    const uint16_t space = make_space();
    CHECK_OK(space_map(space, 0, kPage, kReadWrite));
    if (i % 16 == 0) word_at(space, 0) = 1;
    end_space(space);
  }
}

GUEST_TEST("a space needs a kind, and a list that selectors can reach") {
  CHECK_STATUS(space_create(0, 16, 0, 0), Status::Invalid);
  CHECK_STATUS(space_create(asx::kSpacePrivileged | asx::kSpaceCode, 16, 0, 0), Status::Invalid);
  CHECK_STATUS(space_create(asx::kSpaceCode, 0, 0, 0), Status::Invalid);
  CHECK_STATUS(space_create(asx::kSpaceCode, 32769, 0, 0), Status::Invalid);
  CHECK_STATUS(space_create(asx::kSpaceCode | uint64_t{1} << 40, 16, 0, 0), Status::NotPermitted);  // no such authority
}

GUEST_TEST("a page of device registers is mapped with the authority for it, and only such a page") {
  const uint16_t space = make_space();
  CHECK_OK(device_map(space, 0, uint64_t{0x10'0000'0000} + 2 * kPage));
  CHECK(!probe_read(address_in(space, 0)).has_faulted);
  CHECK_STATUS(device_map(space, kPage, 0), Status::Invalid);
  CHECK_STATUS(space_share(hop::kSelfStack, 0x70000, space, 0, kPage, kReadWrite), Status::Invalid);
  end_space(space);
}

GUEST_TEST("what was put into the lists of spaces that died leaves no trace") {
  for (int round = 0; round < 150; ++round) {  // a list may have 128 slots for all spaces together
    const uint16_t code = SELECTOR(space_create(asx::kSpaceCode, 16, 0x74736574, 0));
    CHECK_OK(list_insert(code, 0, hop::kStackSpace, hop::kRightRead));
    CHECK_OK(list_insert(code, 0, hop::kKernelGate, 0));
    end_space(code);
  }
}
