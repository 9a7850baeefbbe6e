// SPDX-License-Identifier: GPL-2.0-or-later
// Memory that runs out.
#include "isa-ext/abi/address.h"
#include "isa-ext/abi/structures.h"
#include "tests/kernel/guest/callee.h"
#include "tests/kernel/guest/child.h"
#include "tests/kernel/guest/probe.h"
#include "tests/kernel/guest/test.h"

namespace {

using namespace guest;
using namespace hop::kernel;
using hop::Status;

constexpr uint64_t kPage = asx::kPageSize;
constexpr uint64_t kReadWrite = hop::kProtectRead | hop::kProtectWrite;
constexpr uint64_t kMuch = uint64_t{1} << 40;  // more than any machine here has

uint16_t make_space() {
  return SELECTOR(space_create(asx::kSpaceStack, 16, 0x6863756d, 0));
}

/// Touches page after page until that faults; returns the fault. `pages` counts those that could be touched.
Caught use_up(uint16_t space, uint64_t& pages) {
  pages = 0;
  for (;; ++pages) {
    const Caught caught = probe_write(address_in(space, pages * kPage));
    if (caught.has_faulted) return caught;
  }
}

}  // namespace

GUEST_TEST("reserving costs no frames, and a space that was never touched gives nothing back") {
  const uint64_t before = info(hop::SystemInfo::FreeMemory);
  const uint16_t space = make_space();
  CHECK_OK(space_map(space, 0, kMuch, kReadWrite));
  CHECK(before - info(hop::SystemInfo::FreeMemory) < 16 * kPage);
  CHECK_OK(space_destroy(space));
  CHECK_OK(list_remove(hop::kSelf, space));
}

GUEST_TEST("when memory runs out a touch faults, calls say OutOfMemory, and afterwards all is as before") {
  const uint16_t space = make_space(), other = make_space();
  CHECK_OK(space_map(space, 0, kMuch, kReadWrite));
  CHECK_OK(space_map(other, 0, kPage, kReadWrite));
  uint64_t pages = 0;
  CHECK(use_up(space, pages).is_page_fault(asx::kPageFaultWrite));
  CHECK(pages > 1000);
  CHECK(info(hop::SystemInfo::FreeMemory) < kPage);
  CHECK_EQUAL(word_at(space, (pages - 1) * kPage), 1u);
  CHECK_STATUS(space_create(asx::kSpaceStack, 16, 0, 0), Status::OutOfMemory);
  CHECK_STATUS(space_share(space, kMuch, other, 0, kPage, kReadWrite), Status::OutOfMemory);
  CHECK_STATUS(space_share(other, kPage, space, 0, 4 * kPage * 512, kReadWrite), Status::OutOfMemory);
  CHECK_STATUS(space_move(space, 0, uint64_t{1} << 47, 2 * kPage), Status::OutOfMemory);
  CHECK_EQUAL(word_at(space, kPage), 1u);  // a move that fails leaves the pages where they were
  CHECK_OK(space_unmap(space, 0, kMuch));
  CHECK_EQUAL(word_at(other, 0), 0u);
  CHECK_OK(space_share(space, kMuch, other, 0, kPage, kReadWrite));
  for (const uint16_t name : {space, other}) {
    CHECK_OK(space_destroy(name));
    CHECK_OK(list_remove(hop::kSelf, name));
  }
}

GUEST_TEST("threads can be started until memory is used up, and not one more") {
  const Child child = make_child(120);
  const uint16_t gate = make_gate(child, callee_spin, asx::StackPolicy::Pool);
  const uint16_t space = make_space();
  CHECK_OK(space_map(space, 0, kMuch, kReadWrite));
  uint64_t pages = 0;
  CHECK(use_up(space, pages).has_faulted);
  CHECK_STATUS(thread_create(gate, hop::kStackSpace, 0, 0, 0, 0), Status::OutOfMemory);
  CHECK_OK(space_unmap(space, 0, 16 * kPage));
  uint16_t threads[8];
  unsigned started = 0;
  for (; started < 8; ++started) {
    const hop::Reply thread = thread_create(gate, hop::kStackSpace, 0, 0, 0, 0);
    if (thread.is_error()) {
      CHECK_STATUS(thread, Status::OutOfMemory);
      break;
    }
    threads[started] = SELECTOR(thread);
  }
  CHECK(started < 8);
  for (unsigned i = 0; i < started; ++i) CHECK_OK(list_remove(hop::kSelf, threads[i]));
  CHECK_OK(space_destroy(space));
  CHECK_OK(list_remove(hop::kSelf, space));
  end_gate(gate);
  end_child(child);
  CHECK_OK(thread_sleep(hop::clock_ticks() + 100'000));
}
