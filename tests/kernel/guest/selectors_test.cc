// SPDX-License-Identifier: GPL-2.0-or-later
// Selectors: what an entry grants, and how it stops granting it.
#include "isa-ext/abi/address.h"
#include "isa-ext/abi/structures.h"
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

uint16_t make_space() {
  const uint16_t space = SELECTOR(space_create(asx::kSpaceStack, 16, 0x74736574, 0));
  CHECK_OK(space_map(space, 0, kPage, kReadWrite));
  return space;
}

}  // namespace

GUEST_TEST("K3: a selector to a destroyed space is stale, whoever gets its id") {
  const uint16_t space = make_space();
  word_at(space, 0) = 1;
  CHECK_OK(space_destroy(space));
  CHECK(probe_read(address_in(space, 0)).is(data_fault(AsCause::SpaceInvalid, Access::Read)));
  CHECK_STATUS(space_map(space, 0, kPage, kReadWrite), Status::BadHandle);
  const uint16_t heir = make_space();  // the id given back last comes first
  CHECK(probe_read(address_in(space, 0)).is(data_fault(AsCause::SpaceGeneration, Access::Read)));
  CHECK(probe_write(address_in(space, 0)).is(data_fault(AsCause::SpaceGeneration, Access::Write)));
  CHECK_STATUS(space_destroy(space), Status::BadHandle);
  CHECK_EQUAL(word_at(heir, 0), 0u);
  CHECK_OK(list_remove(hop::kSelf, space));
  CHECK_OK(space_destroy(heir));
  CHECK_OK(list_remove(hop::kSelf, heir));
}

GUEST_TEST("a selector to a removed entry is stale, whoever gets its slot") {
  static uint32_t index = 4095;  // each run takes a slot of its own from the end, and lets it live one generation on
  const uint16_t space = make_space();
  const uint16_t old_name = SELECTOR(list_insert(hop::kSelf, index, space, hop::kRightRead));
  CHECK_EQUAL(old_name, index);
  CHECK_EQUAL(word_at(old_name, 0), 0u);
  CHECK_OK(list_remove(hop::kSelf, old_name));
  CHECK(probe_read(address_in(old_name, 0)).is(data_fault(AsCause::EntryInvalid, Access::Read)));
  CHECK_STATUS(list_remove(hop::kSelf, old_name), Status::BadHandle);
  const uint16_t new_name = SELECTOR(list_insert(hop::kSelf, index, space, hop::kRightRead));
  CHECK_EQUAL(new_name, index + 4096);
  CHECK(probe_read(address_in(old_name, 0)).is(data_fault(AsCause::SlotGeneration, Access::Read)));
  CHECK_EQUAL(word_at(new_name, 0), 0u);
  CHECK_OK(list_remove(hop::kSelf, new_name));
  CHECK_OK(space_destroy(space));
  CHECK_OK(list_remove(hop::kSelf, space));
  --index;
}

GUEST_TEST("a slot whose generations are used up is never used again") {
  static uint32_t index = 4000;
  const uint16_t space = make_space();
  for (uint32_t generation = 0; generation < 8; ++generation) {
    const uint16_t name = SELECTOR(list_insert(hop::kSelf, index, space, hop::kRightRead));
    CHECK_EQUAL(name, index + generation * 4096);
    CHECK_OK(list_remove(hop::kSelf, name));
  }
  CHECK_STATUS(list_insert(hop::kSelf, index, space, hop::kRightRead), Status::NoSpace);
  CHECK_OK(space_destroy(space));
  CHECK_OK(list_remove(hop::kSelf, space));
  --index;
}

GUEST_TEST("a copy of an entry has at most the rights of its source") {
  const uint16_t space = make_space();
  const uint16_t reader = SELECTOR(list_insert(hop::kSelf, 0, space, hop::kRightRead));
  CHECK_EQUAL(word_at(reader, 0), 0u);
  CHECK(probe_write(address_in(reader, 0)).is(data_fault(AsCause::Rights, Access::Write)));
  CHECK_STATUS(space_map(reader, kPage, kPage, kReadWrite), Status::NotPermitted);
  const uint16_t greedy = SELECTOR(list_insert(hop::kSelf, 0, reader, hop::kRightAll));
  CHECK(probe_write(address_in(greedy, 0)).is(data_fault(AsCause::Rights, Access::Write)));
  CHECK_STATUS(space_destroy(greedy), Status::NotPermitted);
  CHECK_STATUS(space_share(hop::kSelfStack, 0x80000, reader, 0, kPage, kReadWrite), Status::NotPermitted);
  const uint16_t writer = SELECTOR(list_insert(hop::kSelf, 0, space, hop::kRightWrite));
  CHECK(probe_read(address_in(writer, 0)).is(data_fault(AsCause::Rights, Access::Read)));
  CHECK(!probe_write(address_in(writer, 0)).has_faulted);
  CHECK_STATUS(list_insert(hop::kSelf, 0, space, hop::kRightAll + 1), Status::Invalid);
  CHECK_OK(space_destroy(space));
  for (const uint16_t name : {space, reader, greedy, writer}) CHECK_OK(list_remove(hop::kSelf, name));
}

GUEST_TEST("entry 0 of each half is the space itself, without control") {
  CHECK_STATUS(space_map(0, 0x1000, kPage, kReadWrite), Status::NotPermitted);
  CHECK_STATUS(space_map(hop::kStackSpace, 0x1000, kPage, kReadWrite), Status::NotPermitted);
  CHECK_STATUS(space_destroy(0), Status::NotPermitted);
  const uint16_t copy = SELECTOR(list_insert(hop::kSelf, 0, hop::kStackSpace, hop::kRightAll));
  CHECK_STATUS(space_destroy(copy), Status::NotPermitted);
  CHECK_OK(list_remove(hop::kSelf, copy));
}

GUEST_TEST("a selector that names nothing, or another kind of thing, is BadHandle") {
  CHECK_STATUS(space_map(1234, 0, kPage, kReadWrite), Status::BadHandle);
  CHECK_STATUS(space_map(hop::kKernelGate, 0, kPage, kReadWrite), Status::BadHandle);
  CHECK_STATUS(space_map(0x10000 + hop::kSelf, 0, kPage, kReadWrite), Status::BadHandle);
  CHECK_STATUS(gate_destroy(hop::kSelf), Status::BadHandle);
  CHECK_STATUS(event_signal(hop::kSelf), Status::BadHandle);
  CHECK_STATUS(gate_destroy(hop::kKernelGate), Status::NotPermitted);
}

GUEST_TEST("an occupied slot and a slot beyond the list are refused") {
  CHECK_STATUS(list_insert(hop::kSelf, hop::kKernelGate, hop::kSelf, hop::kRightAll), Status::Exists);
  CHECK_STATUS(list_insert(hop::kSelf, 4096, hop::kSelf, hop::kRightAll), Status::Invalid);
  const uint16_t space = make_space();
  CHECK_STATUS(list_insert(space, 16, hop::kSelf, hop::kRightRead), Status::Invalid);
  CHECK_EQUAL(SELECTOR(list_insert(space, 15, hop::kSelf, hop::kRightRead)), 0x800fu);
  CHECK_OK(space_destroy(space));
  CHECK_OK(list_remove(hop::kSelf, space));
}

GUEST_TEST("baggage travels with the thread, with the rights it was given") {
  const uint16_t space = make_space();
  CHECK_STATUS(transfer_take(2), Status::NotFound);
  CHECK_STATUS(transfer_put(4, space, hop::kRightRead), Status::Invalid);
  CHECK_OK(transfer_put(2, space, hop::kRightRead));
  const uint16_t copy = SELECTOR(transfer_take(2));
  CHECK(!probe_read(address_in(copy, 0)).has_faulted);
  CHECK(probe_write(address_in(copy, 0)).is(data_fault(AsCause::Rights, Access::Write)));
  CHECK_STATUS(transfer_take(2), Status::NotFound);
  CHECK_OK(space_destroy(space));
  CHECK_OK(list_remove(hop::kSelf, space));
  CHECK_OK(list_remove(hop::kSelf, copy));
}

namespace {

constexpr uint32_t kSelectors = 0x10000;
constexpr uint32_t kSlots = 4096;      // of a program's code half
constexpr uint32_t kStackSlots = 256;  // of its stack half
constexpr uint32_t kGrantedOnStack = 17;
constexpr uint64_t kProbedOffset = 0x7654'3000;

struct Expected {
  uint16_t selector;
  bool can_read, can_write;
};

/// What a read through a selector that was not granted must be refused for; None where that depends on the program.
AsCause refusal(uint32_t selector) {
  const bool is_stack = selector >= 0x8000;
  const uint32_t index = selector & (kSlots - 1);
  const bool is_first_generation = (selector & 0x7000) == 0;
  if (index == 0) return is_first_generation ? AsCause::None : AsCause::SlotGeneration;
  if (index >= (is_stack ? kStackSlots : kSlots)) return AsCause::SelectorIndex;
  if (is_stack) {
    const bool is_used = index == kGrantedOnStack || index == (hop::kSelfStack & (kSlots - 1));
    if (!is_used) return AsCause::EntryInvalid;
    return is_first_generation ? AsCause::None : AsCause::SlotGeneration;
  }
  return index == hop::kKernelGate ? AsCause::EntryKind : AsCause::None;
}

}  // namespace

GUEST_TEST("of all 65,536 selectors exactly those that were granted reach memory") {
  const uint16_t space = SELECTOR(space_create(asx::kSpaceStack, 16, 0x74736574, 0));
  CHECK_OK(space_map(space, kProbedOffset, kPage, kReadWrite));
  const uint16_t reader = SELECTOR(list_insert(hop::kSelf, 0, space, hop::kRightRead));
  const uint16_t writer = SELECTOR(list_insert(hop::kSelf, 0, space, hop::kRightWrite));
  const uint16_t nothing = SELECTOR(list_insert(hop::kSelf, 0, space, hop::kRightControl));
  const uint16_t on_stack =
      SELECTOR(list_insert(hop::kSelfStack, kGrantedOnStack, space, hop::kRightRead | hop::kRightWrite));
  const Expected expected[] = {{space, true, true},
                               {reader, true, false},
                               {writer, false, true},
                               {nothing, false, false},
                               {on_stack, true, true}};
  uint32_t readable = 0, writable = 0, wrong = 0;
  for (uint32_t selector = 0; selector < kSelectors; ++selector) {
    const uint64_t address = address_in(static_cast<uint16_t>(selector), kProbedOffset);
    const Caught read = probe_read(address), write = probe_write(address);
    readable += !read.has_faulted;
    writable += !write.has_faulted;
    bool is_expected = false;
    for (const Expected& entry : expected) {
      if (entry.selector != selector) continue;
      is_expected = true;
      wrong += read.has_faulted == entry.can_read || write.has_faulted == entry.can_write;
      if (!entry.can_read) wrong += !read.is(data_fault(AsCause::Rights, Access::Read));
      if (!entry.can_write) wrong += !write.is(data_fault(AsCause::Rights, Access::Write));
    }
    if (is_expected) continue;
    wrong += !read.has_faulted || !write.has_faulted;
    const AsCause cause = refusal(selector);
    if (cause != AsCause::None) wrong += !read.is(data_fault(cause, Access::Read));
  }
  CHECK_EQUAL(readable, 3u);
  CHECK_EQUAL(writable, 3u);
  CHECK_EQUAL(wrong, 0u);
  CHECK_OK(list_remove(hop::kSelfStack, on_stack));
  CHECK_OK(space_destroy(space));
  for (const uint16_t name : {space, reader, writer, nothing}) CHECK_OK(list_remove(hop::kSelf, name));
}
