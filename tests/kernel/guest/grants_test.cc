// SPDX-License-Identifier: GPL-2.0-or-later
// Spaces that are lent with a call (manual 3.13), under the kernel: pages that come on demand, and no way to keep them.
#include "tests/kernel/guest/callee.h"
#include "tests/kernel/guest/child.h"
#include "tests/kernel/guest/probe.h"
#include "tests/kernel/guest/test.h"

namespace {

using namespace guest;
using namespace hop::kernel;
using asx::Access;
using asx::AsCause;
using hop::Status;

constexpr uint64_t kPage = asx::kPageSize;
constexpr uint64_t kReadWrite = hop::kProtectRead | hop::kProtectWrite;
constexpr uint64_t kLendBoth = asx::kLendRead | asx::kLendWrite;
constexpr int64_t kRecovered = 1000 + asx::kVectorAddressSpace;

uint16_t make_space() {
  const uint16_t space = SELECTOR(space_create(asx::kSpaceStack, 16, 0x746e656c, 0));
  CHECK_OK(space_map(space, 0, 4 * kPage, kReadWrite));
  return space;
}

void end_space(uint16_t space) {
  CHECK_OK(space_destroy(space));
  CHECK_OK(list_remove(hop::kSelf, space));
}

void store_42(uint64_t address) {
  *reinterpret_cast<volatile uint64_t*>(address) = 42;
}

}  // namespace

GUEST_TEST("another space reads what it is lent for the call, and not after it") {
  const uint16_t space = make_space();
  word_at(space, 8) = 17;
  const Child child = make_child(1);
  const uint16_t gate = make_gate(child, callee_read, asx::StackPolicy::Pool, callee_recover);
  const uint64_t place = address_in(hop::kLent, 8);
  CHECK_EQUAL(hop::gate_call(gate, 0, {place}).value, kRecovered);
  CHECK_EQUAL(hop::gate_call_lending({space, asx::kLendRead}, gate, 0, {place}).value, 17);
  CHECK_EQUAL(hop::gate_call(gate, 0, {place}).value, kRecovered);
  CHECK_EQUAL(hop::gate_call_lending({space, asx::kLendWrite}, gate, 0, {place}).value, kRecovered);
  CHECK_EQUAL(hop::gate_call_lending({space, kLendBoth}, gate, 0, {place + 1 * kPage}).value, 0);  // a page of zeros
  end_gate(gate);
  end_child(child);
  end_space(space);
}

GUEST_TEST("a page of a lent space comes when it is first written, and stays with its owner") {
  const uint16_t space = make_space();
  CHECK(probe_lending({space, kLendBoth}, store_42, address_in(hop::kLent, 2 * kPage)) == Caught{});
  CHECK_EQUAL(word_at(space, 2 * kPage), 42u);
  const Caught caught = probe_lending({space, asx::kLendRead}, store_42, address_in(hop::kLent, 2 * kPage));
  CHECK(caught.is(data_fault(AsCause::Rights, Access::Write)));
  CHECK_EQUAL(caught.address, address_in(hop::kLent, 2 * kPage));
  CHECK(probe_lending({space, kLendBoth}, store_42, address_in(hop::kLent, 4 * kPage)).has_faulted);
  CHECK(probe(store_42, address_in(hop::kLent, 0)).is(data_fault(AsCause::EntryInvalid, Access::Write)));
  end_space(space);
}

GUEST_TEST("what has been lent cannot be kept: the kernel neither copies it into a list nor maps it") {
  const uint16_t space = make_space();
  const auto keep = [](uint64_t) {
    CHECK_STATUS(list_insert(hop::kSelf, 0, hop::kLent, hop::kRightRead), Status::BadHandle);
    CHECK_STATUS(space_map(hop::kLent, 0, kPage, kReadWrite), Status::BadHandle);
    CHECK_STATUS(space_destroy(hop::kLent), Status::BadHandle);
  };
  CHECK(probe_lending({space, kLendBoth}, keep, 0) == Caught{});
  end_space(space);
}

GUEST_TEST("the argument slot's place in a list of the code half takes no entry") {
  const uint16_t space = make_space();
  CHECK_STATUS(list_insert(hop::kSelf, asx::kArgumentIndex, space, hop::kRightRead), Status::Invalid);
  const uint16_t in_stack_half = SELECTOR(list_insert(space, asx::kArgumentIndex, space, hop::kRightRead));
  CHECK_EQUAL(in_stack_half, 0x8000 | asx::kArgumentIndex);
  end_space(space);
}

GUEST_TEST("a lent space that dies during the call is gone for the callee") {
  static uint16_t dying;
  dying = make_space();
  const auto destroy = [](uint64_t address) {
    store_42(address);
    CHECK_OK(space_destroy(dying));
    store_42(address);
  };
  CHECK(probe_lending({dying, kLendBoth}, destroy, address_in(hop::kLent, 0))
            .is(data_fault(AsCause::SpaceInvalid, Access::Write)));
  CHECK_OK(list_remove(hop::kSelf, dying));
}

GUEST_TEST("more than one has cannot be lent, and the call does not take place") {
  const uint16_t space = make_space();
  const uint16_t read_only = SELECTOR(list_insert(hop::kSelf, 0, space, hop::kRightRead));
  static uint16_t lent;
  lent = read_only;
  const auto lend = [](uint64_t) {
    probe_lending(
        {lent, kLendBoth}, [](uint64_t) { CHECK(false); }, 0);
  };
  const Caught caught = probe(lend, 0);
  CHECK(caught.is({AsCause::Rights, Access::None, asx::AsOperation::Grant}));
  CHECK_EQUAL(caught.address, address_in(read_only, 0));
  CHECK_OK(list_remove(hop::kSelf, read_only));
  end_space(space);
}
