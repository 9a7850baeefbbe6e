// SPDX-License-Identifier: GPL-2.0-or-later
// Pages that are copied at the first write.
#include "isa-ext/abi/address.h"
#include "isa-ext/abi/structures.h"
#include "tests/kernel/guest/probe.h"
#include "tests/kernel/guest/test.h"

namespace {

using namespace guest;
using namespace hop::kernel;
using hop::Status;

constexpr uint64_t kPage = asx::kPageSize;
constexpr uint64_t kReadWrite = hop::kProtectRead | hop::kProtectWrite;
constexpr uint64_t kBase = 0x20'0000;

class Space {
 public:
  Space() : selector_(SELECTOR(space_create(asx::kSpaceStack, 16, 0x79706f63, 0))) {}
  ~Space() {
    CHECK_OK(space_destroy(selector_));
    CHECK_OK(list_remove(hop::kSelf, selector_));
  }
  Space(const Space&) = delete;
  Space& operator=(const Space&) = delete;
  [[nodiscard]] uint16_t selector() const { return selector_; }
  [[nodiscard]] volatile uint64_t& word(uint64_t page) const { return word_at(selector_, kBase + page * kPage); }
  void map(uint64_t pages) const { CHECK_OK(space_map(selector_, kBase, pages * kPage, kReadWrite)); }
  void fill(uint64_t pages, uint64_t first) const {
    for (uint64_t i = 0; i < pages; ++i) word(i) = first + i;
  }
  void copy(const Space& source, uint64_t pages) const {
    CHECK_OK(space_copy(selector_, kBase, source.selector(), kBase, pages * kPage));
  }

 private:
  uint16_t selector_;
};

uint64_t free_memory() {
  return info(hop::SystemInfo::FreeMemory);
}

}  // namespace

GUEST_TEST("a copy has the contents of its source, and neither sees what is written to the other") {
  const Space source, copy;
  source.map(8);
  source.fill(8, 100);
  copy.copy(source, 8);
  for (uint64_t i = 0; i < 8; ++i) CHECK_EQUAL(copy.word(i), 100 + i);
  source.word(0) = 1;
  copy.word(1) = 2;
  CHECK_EQUAL(copy.word(0), 100u);
  CHECK_EQUAL(source.word(1), 101u);
  CHECK_EQUAL(source.word(0), 1u);
  CHECK_EQUAL(copy.word(1), 2u);
}

GUEST_TEST("a copy takes no frames for pages until one side writes them, and then one for each") {
  const Space source, copy;
  source.map(64);
  source.fill(64, 0);
  const uint64_t before = free_memory();
  copy.copy(source, 64);
  CHECK(before - free_memory() <= 4 * kPage);  // tables and a region
  const uint64_t copied = free_memory();
  copy.word(5) = 1;
  CHECK_EQUAL(copied - free_memory(), kPage);
  source.word(5) = 1;  // it is the only one that still has it
  CHECK_EQUAL(copied - free_memory(), kPage);
  source.word(6) = 1;
  CHECK_EQUAL(copied - free_memory(), 2 * kPage);
}

GUEST_TEST("pages never touched stay so in a copy, and become zero pages of each side's own") {
  const Space source, copy;
  source.map(4);
  source.word(0) = 7;
  copy.copy(source, 4);
  source.word(3) = 9;
  CHECK_EQUAL(copy.word(3), 0u);
  CHECK_EQUAL(copy.word(0), 7u);
}

GUEST_TEST("a copy of a copy outlives both of its ancestors") {
  const Space last;
  {
    const Space first;
    first.map(4);
    first.fill(4, 50);
    const Space second;
    second.copy(first, 4);
    second.word(1) = 77;
    last.copy(second, 4);
    first.word(0) = 1;
    second.word(2) = 2;
  }
  CHECK_EQUAL(last.word(0), 50u);
  CHECK_EQUAL(last.word(1), 77u);
  CHECK_EQUAL(last.word(2), 52u);
  last.word(3) = 3;
  CHECK_EQUAL(last.word(3), 3u);
}

GUEST_TEST("what the source shares with somebody else is copied at once: his writes do not come through") {
  const Space source, sharer, copy;
  source.map(2);
  source.fill(2, 10);
  CHECK_OK(space_share(sharer.selector(), kBase, source.selector(), kBase, 2 * kPage, kReadWrite));
  copy.copy(source, 2);
  sharer.word(0) = 99;
  CHECK_EQUAL(source.word(0), 99u);
  CHECK_EQUAL(copy.word(0), 10u);
  copy.word(1) = 5;
  CHECK_EQUAL(sharer.word(1), 11u);
}

GUEST_TEST("a page that was copied may be shared: who shares it writes the one side's page only") {
  const Space source, copy, sharer;
  source.map(2);
  source.fill(2, 10);
  copy.copy(source, 2);
  CHECK_OK(space_share(sharer.selector(), kBase, copy.selector(), kBase, 2 * kPage, kReadWrite));
  sharer.word(0) = 1;
  CHECK_EQUAL(copy.word(0), 1u);
  CHECK_EQUAL(source.word(0), 10u);
  source.word(1) = 2;
  CHECK_EQUAL(sharer.word(1), 11u);
}

GUEST_TEST("a copy has the protection of its source, piece by piece") {
  const Space source, copy;
  source.map(3);
  source.fill(3, 1);
  CHECK_OK(space_protect(source.selector(), kBase + kPage, kPage, hop::kProtectRead));
  copy.copy(source, 3);
  const uint64_t address = address_in(copy.selector(), kBase + kPage);
  CHECK(probe_write(address).is_page_fault(asx::kPageFaultPresent | asx::kPageFaultWrite));
  CHECK(!probe_write(address - kPage).has_faulted);
  CHECK(!probe_write(address + kPage).has_faulted);
  CHECK_OK(space_protect(copy.selector(), kBase, 3 * kPage, kReadWrite));
  copy.word(1) = 8;
  CHECK_EQUAL(source.word(1), 2u);
  CHECK_OK(space_protect(source.selector(), kBase, 3 * kPage, kReadWrite));
  source.word(1) = 9;
  CHECK_EQUAL(copy.word(1), 8u);
}

GUEST_TEST("a space may copy within itself") {
  const Space space;
  space.map(4);
  space.fill(4, 20);
  CHECK_OK(space_copy(space.selector(), kBase + 4 * kPage, space.selector(), kBase, 4 * kPage));
  space.word(0) = 1;
  CHECK_EQUAL(space.word(4), 20u);
  space.word(5) = 2;
  CHECK_EQUAL(space.word(1), 21u);
}

GUEST_TEST("a copy that cannot be made changes nothing") {
  const Space source, copy;
  source.map(2);
  source.fill(2, 30);
  copy.map(1);
  const uint16_t from = source.selector(), to = copy.selector();
  CHECK_STATUS(space_copy(to, kBase, from, kBase, 2 * kPage), Status::Invalid);                   // not free
  CHECK_STATUS(space_copy(to, kBase + kPage, from, kBase + kPage, 2 * kPage), Status::NotFound);  // not all mapped
  CHECK_STATUS(space_copy(to, kBase + kPage, from, kBase, kPage + 8), Status::Invalid);
  CHECK_STATUS(space_copy(to, kBase + kPage, 0x7fff, kBase, kPage), Status::BadHandle);
  const uint16_t weak = SELECTOR(list_insert(hop::kSelf, 0, from, 0));
  CHECK_STATUS(space_copy(to, kBase + kPage, weak, kBase, kPage), Status::NotPermitted);
  CHECK_STATUS(space_copy(weak, kBase + 4 * kPage, to, kBase, kPage), Status::NotPermitted);
  CHECK_OK(list_remove(hop::kSelf, weak));
  CHECK(probe_read(address_in(to, kBase + kPage)).is_page_fault(0));
  CHECK_EQUAL(source.word(0), 30u);
}

GUEST_TEST("discarded pages are zero at the next touch, their frames are back, and a copy keeps its own") {
  const Space source, copy;
  source.map(16);
  source.fill(16, 60);
  copy.copy(source, 16);
  const uint64_t before = free_memory();
  CHECK_OK(space_discard(source.selector(), kBase, 8 * kPage));
  CHECK_EQUAL(source.word(2), 0u);
  CHECK_EQUAL(source.word(8), 68u);
  CHECK_EQUAL(copy.word(2), 62u);
  CHECK_OK(space_discard(copy.selector(), kBase, 8 * kPage));
  CHECK(free_memory() >= before + 7 * kPage - 8 * kPage);  // eight are back; a touch may have taken eight
  CHECK_STATUS(space_discard(source.selector(), kBase, 17 * kPage), Status::NotFound);
  CHECK_STATUS(space_discard(source.selector(), kBase + 1, kPage), Status::Invalid);
}
