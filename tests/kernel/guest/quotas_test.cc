// SPDX-License-Identifier: GPL-2.0-or-later
// Who pays for memory, and what happens when he cannot.
#include "isa-ext/abi/address.h"
#include "tests/kernel/guest/child.h"
#include "tests/kernel/guest/probe.h"
#include "tests/kernel/guest/relay.h"
#include "tests/kernel/guest/test.h"
#include "tests/kernel/guest/threads.h"
#include "userland/runtime/gate.h"

namespace {

using namespace guest;
using namespace hop::kernel;
using hop::Status;

constexpr uint64_t kPage = asx::kPageSize;
constexpr uint64_t kReadWrite = hop::kProtectRead | hop::kProtectWrite;

uint64_t used(uint16_t quota) {
  const hop::Reply answer = quota_read(quota, 0);
  CHECK_OK(answer);
  return answer.second;
}

class Quota {
 public:
  explicit Quota(uint64_t limit, uint16_t above = 0) : selector_(SELECTOR(quota_create(above, limit))) {}
  ~Quota() { CHECK_OK(list_remove(hop::kSelf, selector_)); }
  Quota(const Quota&) = delete;
  Quota& operator=(const Quota&) = delete;
  [[nodiscard]] uint16_t selector() const { return selector_; }
  [[nodiscard]] uint64_t used() const { return ::used(selector_); }

 private:
  uint16_t selector_;
};

class PaidSpace {
 public:
  explicit PaidSpace(const Quota& quota) : selector_(SELECTOR(space_create(asx::kSpaceStack, 16, 0x64696170, 0))) {
    CHECK_OK(space_set_quota(selector_, quota.selector()));
  }
  ~PaidSpace() {
    CHECK_OK(space_destroy(selector_));
    CHECK_OK(list_remove(hop::kSelf, selector_));
  }
  PaidSpace(const PaidSpace&) = delete;
  PaidSpace& operator=(const PaidSpace&) = delete;
  [[nodiscard]] uint16_t selector() const { return selector_; }

 private:
  uint16_t selector_;
};

}  // namespace

extern "C" {
void spender_entry();
hop::Reply spender(const hop::Request& request);
}

/// What a greedy service makes until it is told to stop: 0 spaces, 1 threads, 2 events, 3 quotas, 4 nothing. How many.
hop::Reply spender(const hop::Request& request) {
  const auto [what, gate, b, c, d, e] = request.arguments;
  int64_t made = 0;
  for (;; ++made) {
    hop::Reply reply = hop::reply(Status::Invalid);
    if (what == 0) reply = space_create(asx::kSpaceStack, 16, 0, 0);
    if (what == 1) reply = thread_create(gate, hop::kStackSpace, 0, 0, 0, 0);
    if (what == 2) reply = event_create();
    if (what == 3) reply = quota_create(0, 1);
    if (reply.is_error()) return {made, static_cast<uint64_t>(reply.value)};
  }
}
HOP_GATE(spender_entry, spender);

GUEST_TEST("a space takes pages up to its quota's limit, and then a touch faults and calls say OutOfMemory") {
  const Quota quota(40 * kPage);
  const PaidSpace space(quota);
  const uint64_t before = info(hop::SystemInfo::FreeMemory);
  CHECK_OK(space_map(space.selector(), 0, 1000 * kPage, kReadWrite));
  uint64_t pages = 0;
  while (!probe_write(address_in(space.selector(), pages * kPage)).has_faulted) ++pages;
  CHECK(pages >= 30);
  CHECK(pages < 40);
  CHECK(probe_write(address_in(space.selector(), pages * kPage)).is_page_fault(asx::kPageFaultWrite));
  CHECK(quota.used() <= 40 * kPage);
  CHECK(before - info(hop::SystemInfo::FreeMemory) <= 40 * kPage);
  CHECK_STATUS(gate_create(space.selector(), 0x1000, 0, 0, 0, 0), Status::Invalid);  // no code space
  CHECK_OK(space_unmap(space.selector(), 0, 1000 * kPage));
  CHECK_OK(space_map(space.selector(), 0, kPage, kReadWrite));
  CHECK(!probe_write(address_in(space.selector(), 0)).has_faulted);
}

GUEST_TEST("what is used is what was taken, and all of it comes back") {
  const Quota quota(~uint64_t{0});
  CHECK_EQUAL(quota.used(), 0u);
  {
    const PaidSpace space(quota);
    const uint64_t empty = quota.used();
    CHECK(empty >= 2 * kPage);
    CHECK_OK(space_map(space.selector(), 0, 16 * kPage, kReadWrite));
    for (uint64_t i = 0; i < 16; ++i) word_at(space.selector(), i * kPage) = i;
    CHECK(quota.used() - empty >= 16 * kPage);
    CHECK(quota.used() - empty <= 20 * kPage);
    CHECK_OK(space_move(space.selector(), 0, uint64_t{1} << 40, 16 * kPage));
    CHECK_OK(space_discard(space.selector(), uint64_t{1} << 40, 16 * kPage));
    CHECK(quota.used() - empty < 2 * kPage);
  }
  CHECK_EQUAL(quota.used(), 0u);
}

GUEST_TEST("a shared page is paid for by each that has it, a copied one from the beginning") {
  const Quota quota(~uint64_t{0}), other(~uint64_t{0});
  const PaidSpace source(quota), sharer(other), copy(other);
  CHECK_OK(space_map(source.selector(), 0, 8 * kPage, kReadWrite));
  for (uint64_t i = 0; i < 8; ++i) word_at(source.selector(), i * kPage) = i;
  const uint64_t before = other.used();
  CHECK_OK(space_share(sharer.selector(), 0, source.selector(), 0, 8 * kPage, kReadWrite));
  CHECK(other.used() - before >= 8 * kPage);
  const uint64_t shared = other.used();
  CHECK_OK(space_copy(copy.selector(), 0, source.selector(), 0, 8 * kPage));
  CHECK(other.used() - shared >= 8 * kPage);
  const uint64_t copied = other.used();
  CHECK_EQUAL(quota_set_limit(other.selector(), copied).status(), Status::Ok);
  for (uint64_t i = 0; i < 8; ++i) word_at(copy.selector(), i * kPage) = 1;  // needs frames and nothing else
  CHECK_EQUAL(other.used(), copied);
  const Quota small(kPage);
  CHECK_STATUS(space_set_quota(copy.selector(), small.selector()), Status::OutOfMemory);
  CHECK_EQUAL(other.used(), copied);
  CHECK_EQUAL(small.used(), 0u);
}

GUEST_TEST("a quota cannot give more than those above it have") {
  const Quota outer(64 * kPage);
  const Quota inner(~uint64_t{0}, outer.selector());
  const PaidSpace space(inner);
  CHECK_OK(space_map(space.selector(), 0, 1000 * kPage, kReadWrite));
  uint64_t pages = 0;
  while (!probe_write(address_in(space.selector(), pages * kPage)).has_faulted) ++pages;
  CHECK(pages < 64);
  CHECK(outer.used() <= 64 * kPage);
  CHECK(outer.used() > inner.used());  // it pays for the inner one itself
  CHECK_OK(quota_set_limit(outer.selector(), 80 * kPage));
  CHECK(!probe_write(address_in(space.selector(), pages * kPage)).has_faulted);
}

GUEST_TEST_AT_DEPTHS("K4: a service that makes all it can harms nobody but its own quota, which takes it all back") {
  const Quota quota(2048 * kPage);
  const Child greedy = make_service(40);
  const uint16_t gate = make_gate(greedy, spender_entry, asx::StackPolicy::Pool);
  const uint16_t inside = grant(greedy, gate, 0);
  CHECK_OK(space_set_quota(greedy.space, quota.selector()));
  hop::gate_call(gate, 0, {4});  // its stack has a page from now on
  const uint64_t before = info(hop::SystemInfo::FreeMemory);
  const uint64_t others = used(0) - quota.used();
  for (const uint64_t what : {2, 3, 0, 1}) {
    CHECK_OK(quota_set_limit(quota.selector(), quota.used() + (what >= 2 ? 2 : 20) * kPage));
    const hop::Reply made = hop::gate_call(gate, 0, {what, inside});
    CHECK(made.value >= 1);
    CHECK_EQUAL(static_cast<Status>(made.second), Status::OutOfMemory);
  }
  CHECK(before - info(hop::SystemInfo::FreeMemory) <= 100 * kPage);
  const uint16_t space = SELECTOR(space_create(asx::kSpaceStack, 16, 0, 0));  // of the caller's quota: as ever
  CHECK_OK(space_destroy(space));
  CHECK_OK(list_remove(hop::kSelf, space));
  CHECK_OK(quota_reclaim(quota.selector()));
  CHECK_STATUS(space_destroy(greedy.space), Status::BadHandle);
  let_them_end();
  CHECK_EQUAL(quota.used(), 0u);
  CHECK_EQUAL(used(0), others);
  end_gate(gate);
  end_child(greedy);
}

GUEST_TEST("reclaiming a quota ends the spaces that it pays for, and those below it, and no others") {
  const Quota outer(~uint64_t{0});
  const Quota inner(~uint64_t{0}, outer.selector());
  const uint16_t below = SELECTOR(space_create(asx::kSpaceStack, 16, 0, 0));
  const uint16_t directly = SELECTOR(space_create(asx::kSpaceStack, 16, 0, 0));
  const uint16_t beside = SELECTOR(space_create(asx::kSpaceStack, 16, 0, 0));
  CHECK_OK(space_set_quota(below, inner.selector()));
  CHECK_OK(space_set_quota(directly, outer.selector()));
  const uint16_t reader = SELECTOR(list_insert(hop::kSelf, 0, outer.selector(), hop::kRightRead));
  CHECK_STATUS(quota_reclaim(reader), Status::NotPermitted);
  CHECK_STATUS(quota_reclaim(0), Status::NotPermitted);
  CHECK_OK(quota_reclaim(outer.selector()));
  CHECK_STATUS(space_destroy(below), Status::BadHandle);
  CHECK_STATUS(space_destroy(directly), Status::BadHandle);
  CHECK_OK(space_destroy(beside));
  for (const uint16_t name : {below, directly, beside, reader}) CHECK_OK(list_remove(hop::kSelf, name));
  CHECK_EQUAL(inner.used(), 0u);
}

GUEST_TEST("a thread and an event are paid for by the code that makes them, until they are gone") {
  const uint64_t before = used(0);
  {
    const Event event;
    CHECK(used(0) > before);
  }
  CHECK_EQUAL(used(0), before);
  const Event never;
  const uint64_t with_event = used(0);
  const uint16_t gate = thread_gate();
  const uint64_t with_stacks = used(0);
  const auto body = +[](uint64_t event) { event_wait(event, kNoDeadline); };
  const uint16_t thread =
      SELECTOR(thread_create(gate, hop::kStackSpace, 0, 0, reinterpret_cast<uint64_t>(body), never.selector()));
  CHECK(used(0) - with_stacks >= 8 * kPage);
  never.signal();
  let_them_end();
  CHECK(used(0) - with_stacks < kPage);  // what is left is what the selector names
  CHECK_OK(list_remove(hop::kSelf, thread));
  CHECK_EQUAL(used(0), with_stacks);
  CHECK(with_event <= with_stacks);
}

GUEST_TEST("quotas ask for rights as everything does") {
  const Quota quota(1 << 20);
  const uint16_t reader = SELECTOR(list_insert(hop::kSelf, 0, quota.selector(), hop::kRightRead));
  CHECK_EQUAL(quota_read(reader, 1).second, uint64_t{1} << 20);
  CHECK_STATUS(quota_set_limit(reader, 1), Status::NotPermitted);
  CHECK_STATUS(quota_create(reader, 1), Status::NotPermitted);
  CHECK_STATUS(quota_set_limit(0, 1), Status::NotPermitted);
  const Event event;
  CHECK_STATUS(quota_read(event.selector(), 0), Status::BadHandle);
  const PaidSpace space(quota);
  CHECK_STATUS(space_set_quota(space.selector(), reader), Status::NotPermitted);
  CHECK_OK(list_remove(hop::kSelf, reader));
}

GUEST_TEST("quotas lie in each other at most sixteen deep") {
  uint16_t quotas[20];
  unsigned depth = 0;
  hop::Reply made = {};
  while (depth < 20 && !(made = quota_create(depth == 0 ? 0 : quotas[depth - 1], 1 << 20)).is_error()) {
    quotas[depth++] = static_cast<uint16_t>(made.value);
  }
  CHECK_STATUS(made, Status::NoSpace);
  CHECK(depth >= 14);
  while (depth != 0) CHECK_OK(list_remove(hop::kSelf, quotas[--depth]));
}
