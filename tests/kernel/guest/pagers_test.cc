// SPDX-License-Identifier: GPL-2.0-or-later
// Spaces whose pages come from a service.
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
using asx::StackPolicy;
using hop::Status;
using hop::Supply;

constexpr uint64_t kPage = asx::kPageSize;
constexpr uint64_t kReadWrite = hop::kProtectRead | hop::kProtectWrite;
constexpr uint64_t kFile = 0x4000'0000;   // in the paged space
constexpr uint64_t kCache = 0x8000'0000;  // in the pager's, whose page n begins with the word kContents + n
constexpr uint64_t kContents = 7000;
constexpr uint64_t kPages = 32;
constexpr uint64_t kNowhere = 0x123'4567'8000;

/// What the pager does when it is asked.
enum class Mood { Supply, Refuse, Return, Fault, Wait, Spy, TouchOwn };

/// Shared by the program and the pager's space: both have the image.
struct Desk {
  Mood mood;
  Supply mode;
  uint16_t target, own, event;  ///< selectors of the pager
  volatile uint64_t calls, offset, access, parameter;
  volatile Status status;        ///< of its last call
  volatile uint64_t own_result;  ///< TouchOwn: of its own page
};
constinit Desk desk;

}  // namespace

extern "C" {
void pager_entry();
hop::Reply pager(const hop::Request& request);
}

hop::Reply pager(const hop::Request& request) {
  const uint64_t offset = request.arguments.a;
  desk.calls = desk.calls + 1;
  desk.offset = offset;
  desk.access = request.arguments.b;
  desk.parameter = request.parameter;
  const uint64_t page = offset & ~(kPage - 1);
  switch (desk.mood) {
    case Mood::Refuse:
      desk.status = page_refuse().status();
      return {};
    case Mood::Return:
      return {};
    case Mood::Fault:
      *reinterpret_cast<volatile uint64_t*>(kNowhere) = 1;
      return {};
    case Mood::Wait:
      event_wait(desk.event, kNoDeadline);
      break;
    case Mood::Spy:
      desk.status = fault_resume(0, 0, 0).status();
      CHECK_STATUS(fault_record(3), Status::NotFound);
      CHECK_STATUS(frame_read(4), Status::NotPermitted);
      break;
    case Mood::TouchOwn:
      desk.mood = Mood::Supply;
      desk.own_result = word_at(desk.target, kFile + (kPages - 1) * kPage);
      break;
    case Mood::Supply:
      break;
  }
  const hop::Reply done = space_supply(desk.target, page, desk.own, kCache + (page - kFile), kPage, desk.mode);
  desk.status = done.status();
  return {};
}
HOP_GATE(pager_entry, pager);

namespace {

/// A space of kPages paged pages and its pager.
class Paged {
 public:
  explicit Paged(unsigned stacks = 2, Supply mode = Supply::Write)
      : pager_(make_service(stacks)), space_(SELECTOR(space_create(asx::kSpaceStack, 16, 0x6465676170, 0))) {
    gate_ = make_gate(pager_, pager_entry, StackPolicy::Pool);
    CHECK_OK(space_map(pager_.space, kCache, kPages * kPage, kReadWrite));
    for (uint64_t i = 0; i < kPages; ++i) word_at(pager_.space, kCache + i * kPage) = kContents + i;
    CHECK_OK(space_map(space_, kFile, kPages * kPage, kReadWrite | hop::kMapPaged));
    CHECK_OK(space_set_pager(space_, gate_));
    desk.calls = 0;
    desk.mood = Mood::Supply;
    desk.mode = mode;
    desk.target = grant(pager_, space_, hop::kRightAll);
    desk.own = grant(pager_, pager_.space, hop::kRightRead | hop::kRightWrite);
  }
  ~Paged() {
    const hop::Reply destroyed = space_destroy(space_);
    CHECK(!destroyed.is_error());
    CHECK_OK(list_remove(hop::kSelf, space_));
    end_gate(gate_);
    end_child(pager_);
  }
  Paged(const Paged&) = delete;
  Paged& operator=(const Paged&) = delete;
  [[nodiscard]] uint16_t selector() const { return space_; }
  [[nodiscard]] uint16_t gate() const { return gate_; }
  [[nodiscard]] Child pager() const { return pager_; }
  [[nodiscard]] uint64_t address(uint64_t page) const { return address_in(space_, kFile + page * kPage); }
  [[nodiscard]] volatile uint64_t& word(uint64_t page) const { return word_at(space_, kFile + page * kPage); }
  [[nodiscard]] volatile uint64_t& cached(uint64_t page) const { return word_at(pager_.space, kCache + page * kPage); }

 private:
  Child pager_;
  uint16_t space_, gate_ = 0;
};

constexpr uint32_t kAbsentRead = 0, kAbsentWrite = asx::kPageFaultWrite;

}  // namespace

GUEST_TEST_AT_DEPTHS("a touch of a page that is not there asks the pager, which is told what and why, once") {
  const Paged paged;
  CHECK_EQUAL(word_at(paged.selector(), kFile + 3 * kPage), kContents + 3);
  CHECK_EQUAL(desk.calls, 1u);
  CHECK_EQUAL(desk.access, uint64_t{hop::kProtectRead});
  CHECK_EQUAL(desk.parameter, 0x1234u);
  CHECK_EQUAL(paged.word(3), kContents + 3);
  CHECK_EQUAL(desk.calls, 1u);
  word_at(paged.selector(), kFile + 4 * kPage + 16) = 1;
  CHECK_EQUAL(desk.calls, 2u);
  CHECK_EQUAL(desk.offset, kFile + 4 * kPage + 16);
  CHECK_EQUAL(desk.access, uint64_t{hop::kProtectWrite});
}

GUEST_TEST("pages given for writing are the pager's own: each side sees what the other writes") {
  const Paged paged;
  paged.word(1) = 5;
  CHECK_EQUAL(paged.cached(1), 5u);
  paged.cached(1) = 6;
  CHECK_EQUAL(paged.word(1), 6u);
}

GUEST_TEST("two spaces with one pager share the page they both touch") {
  const Paged paged;
  const uint16_t other = SELECTOR(space_create(asx::kSpaceStack, 16, 0x6465676170, 0));
  CHECK_OK(space_map(other, kFile, kPages * kPage, kReadWrite | hop::kMapPaged));
  CHECK_OK(space_set_pager(other, paged.gate()));
  paged.word(2) = 1;
  const uint16_t first = desk.target;
  desk.target = grant(paged.pager(), other, hop::kRightAll);
  CHECK_EQUAL(word_at(other, kFile + 2 * kPage), 1u);
  word_at(other, kFile + 2 * kPage) = 2;
  CHECK_EQUAL(paged.word(2), 2u);
  desk.target = first;
  CHECK_OK(space_destroy(other));
  CHECK_OK(list_remove(hop::kSelf, other));
}

GUEST_TEST("a page given for reading asks again before the first write, so the pager knows what is dirty") {
  const Paged paged(2, Supply::Read);
  CHECK_EQUAL(paged.word(1), kContents + 1);
  CHECK_EQUAL(desk.calls, 1u);
  desk.mode = Supply::Write;
  paged.word(1) = 8;
  CHECK_EQUAL(desk.calls, 2u);
  CHECK_EQUAL(desk.access, uint64_t{hop::kProtectWrite});
  CHECK_EQUAL(paged.cached(1), 8u);
  paged.word(1) = 9;
  CHECK_EQUAL(desk.calls, 2u);
}

GUEST_TEST("a page given for reading and then only for reading again is refused to a writer, who faults") {
  const Paged paged(2, Supply::Read);
  CHECK(probe_write(paged.address(1)).is_page_fault(asx::kPageFaultPresent | asx::kPageFaultWrite) ||
        probe_write(paged.address(1)).is_page_fault(kAbsentWrite));
  CHECK_EQUAL(paged.cached(1), kContents + 1);
}

GUEST_TEST("a page given as a copy is the space's own from the first write on, and untouched until then") {
  const Paged paged(2, Supply::Copy);
  CHECK_EQUAL(paged.word(1), kContents + 1);
  paged.word(1) = 3;
  CHECK_EQUAL(desk.calls, 1u);
  CHECK_EQUAL(paged.cached(1), kContents + 1);
  paged.cached(2) = 50;
  CHECK_EQUAL(paged.word(2), 50u);
  paged.cached(2) = 51;
  CHECK_EQUAL(paged.word(2), 50u);
}

GUEST_TEST("pages may be given before they are asked for, many in one call, and taken away again") {
  const Paged paged;
  const hop::Reply given = space_supply(paged.selector(), kFile, paged.pager().space, kCache, 4 * kPage, 1);
  CHECK_EQUAL(given.value, static_cast<int64_t>(4 * kPage));
  CHECK_EQUAL(paged.word(3), kContents + 3);
  CHECK_EQUAL(desk.calls, 0u);
  CHECK_OK(space_discard(paged.selector(), kFile, 2 * kPage));
  CHECK_EQUAL(paged.word(0), kContents);
  CHECK_EQUAL(paged.word(2), kContents + 2);
  CHECK_EQUAL(desk.calls, 1u);
  const uint64_t last = (kPages - 1) * kPage;
  CHECK_EQUAL(space_supply(paged.selector(), kFile + last, paged.pager().space, kCache, 3 * kPage, 1).value,
              static_cast<int64_t>(kPage));
}

GUEST_TEST("what a pager may not supply it is told: a page that is there, one not paged, one it has not got") {
  const Paged paged;
  CHECK_EQUAL(paged.word(0), kContents);
  const uint16_t own = paged.pager().space, to = paged.selector();
  CHECK_STATUS(space_supply(to, kFile, own, kCache + kPage, kPage, 1), Status::Exists);
  CHECK_STATUS(space_supply(to, kFile, own, kCache, kPage, 2), Status::Exists);
  CHECK_EQUAL(space_supply(to, kFile, own, kCache, kPage, 1).value, static_cast<int64_t>(kPage));
  CHECK_STATUS(space_supply(to, kFile - kPage, own, kCache, kPage, 1), Status::NotFound);
  CHECK_STATUS(space_supply(to, kFile + kPage, own, kNowhere, kPage, 1), Status::NotFound);
  CHECK_STATUS(space_supply(own, kCache, to, kFile, kPage, 1), Status::Invalid);
  CHECK_STATUS(space_supply(to, kFile + kPage, to, kFile, kPage, 1), Status::Invalid);
  CHECK_STATUS(space_supply(to, kFile + kPage, own, kCache, kPage, 3), Status::Invalid);
  CHECK_STATUS(space_supply(to, kFile + 8, own, kCache, kPage, 1), Status::Invalid);
  const uint16_t reader = SELECTOR(list_insert(hop::kSelf, 0, own, hop::kRightRead));
  CHECK_STATUS(space_supply(to, kFile + kPage, reader, kCache, kPage, 1), Status::NotPermitted);
  CHECK_STATUS(space_supply(reader, kFile + kPage, own, kCache, kPage, 1), Status::NotPermitted);
  CHECK_EQUAL(space_supply(to, kFile + kPage, reader, kCache, kPage, 0).value, static_cast<int64_t>(kPage));
  CHECK_OK(list_remove(hop::kSelf, reader));
}

GUEST_TEST("what nobody has touched yet cannot be shared onward, and is asked for by a copy from its own pager") {
  const Paged paged;
  const uint16_t other = SELECTOR(space_create(asx::kSpaceStack, 16, 0x6465676170, 0));
  CHECK_STATUS(space_share(other, 0, paged.selector(), kFile, kPage, kReadWrite), Status::TryAgain);
  CHECK_EQUAL(paged.word(0), kContents);
  CHECK_OK(space_share(other, 0, paged.selector(), kFile, kPage, kReadWrite));
  CHECK_EQUAL(word_at(other, 0), kContents);
  CHECK_OK(space_copy(other, kFile, paged.selector(), kFile, 2 * kPage));
  CHECK(probe_read(address_in(other, kFile + kPage)).is_page_fault(kAbsentRead));
  CHECK_EQUAL(word_at(other, kFile), kContents);
  CHECK_OK(space_destroy(other));
  CHECK_OK(list_remove(hop::kSelf, other));
}

GUEST_TEST_AT_DEPTHS("a pager that refuses, or returns without the page, leaves an ordinary page fault") {
  const Paged paged;
  desk.mood = Mood::Refuse;
  const guest::Caught caught = probe_write(paged.address(1));
  CHECK(caught.is_page_fault(kAbsentWrite));
  CHECK_EQUAL(caught.address, paged.address(1));
  CHECK_EQUAL(desk.calls, 1u);
  CHECK_EQUAL(desk.status, Status::Ok);
  desk.mood = Mood::Return;
  CHECK(probe_read(paged.address(1)).is_page_fault(kAbsentRead));
  CHECK_EQUAL(desk.calls, 17u);
  desk.mood = Mood::Supply;
  CHECK(!probe_read(paged.address(1)).has_faulted);
  CHECK_STATUS(page_refuse(), Status::NotFound);
}

GUEST_TEST_AT_DEPTHS("K1: a pager that faults leaves an ordinary page fault in the code that touched the page") {
  const Paged paged;
  desk.mood = Mood::Fault;
  for (int i = 0; i < 3; ++i) {  // its stack comes back each time
    const guest::Caught caught = probe_read(paged.address(2));
    CHECK(caught.is_page_fault(kAbsentRead));
    CHECK_EQUAL(caught.address, paged.address(2));
  }
  desk.mood = Mood::Supply;
  CHECK_EQUAL(paged.word(2), kContents + 2);
}

GUEST_TEST_AT_DEPTHS("K3: a pager that is gone leaves an ordinary page fault") {
  const Paged paged;
  CHECK_OK(gate_destroy(paged.gate()));
  CHECK(probe_read(paged.address(2)).is_page_fault(kAbsentRead));
  CHECK_OK(space_destroy(paged.pager().space));
  CHECK(probe_write(paged.address(2)).is_page_fault(kAbsentWrite));
}

GUEST_TEST_AT_DEPTHS("K3: a pager that dies with a thread inside leaves an ordinary page fault") {
  struct Trip {
    uint64_t address;
    guest::Caught caught;
    const Event* done;
  };
  const Event done, never;
  const Paged paged;
  desk.mood = Mood::Wait;
  desk.event = grant(paged.pager(), never.selector(), hop::kRightRead);
  Trip trip{paged.address(3), {}, &done};
  start_thread(
      [](uint64_t where) {
        Trip& own = *reinterpret_cast<Trip*>(where);
        own.caught = probe_read(own.address);
        own.done->signal();
      },
      reinterpret_cast<uint64_t>(&trip));
  while (desk.calls == 0) thread_yield();
  give_time();
  CHECK_OK(space_destroy(paged.pager().space));
  done.wait(1);
  CHECK(trip.caught.is_page_fault(kAbsentRead));
  CHECK_EQUAL(trip.caught.address, trip.address);
  let_them_end();
}

GUEST_TEST_AT_DEPTHS("K6: a pager that never answers holds up a service; its caller's deadline brings him back") {
  struct Trip {
    uint64_t address;
    hop::Reply reply;
    const Event* done;
  };
  const Event done, never;
  const Paged paged;
  desk.mood = Mood::Wait;
  desk.event = grant(paged.pager(), never.selector(), hop::kRightRead);
  Trip trip{paged.address(3), {}, &done};
  start_thread(
      [](uint64_t where) {
        Trip& own = *reinterpret_cast<Trip*>(where);
        CHECK_OK(call_deadline(hop::clock_ticks() + ticks(200'000), ticks(50'000)));
        own.reply = try_behind(
            1, [](uint64_t address) -> uint64_t { return *reinterpret_cast<volatile uint64_t*>(address); },
            own.address);
        call_deadline_clear();
        own.done->signal();
      },
      reinterpret_cast<uint64_t>(&trip));
  done.wait(1);
  CHECK_STATUS(trip.reply, Status::CallAborted);
  CHECK_EQUAL(desk.calls, 1u);
  CHECK_OK(space_destroy(paged.pager().space));  // and with it goes what held up the orphan
  let_them_end();
}

GUEST_TEST("K8: a pager does not learn whose code touched the page, nor can it send that code elsewhere") {
  const Paged paged;
  desk.mood = Mood::Spy;
  CHECK_EQUAL(paged.word(1), kContents + 1);
  CHECK_EQUAL(desk.status, Status::Ok);  // of the supply that followed
  desk.mood = Mood::Supply;
}

GUEST_TEST("threads that find all stacks of the pager in use wait for one, and all get their page") {
  struct Trip {
    uint64_t address, value = 0;
    const Event* done;
  };
  const Event done, go_on;
  const Paged paged(1);
  desk.mood = Mood::Wait;
  desk.event = grant(paged.pager(), go_on.selector(), hop::kRightRead);
  Trip trips[4];
  for (uint64_t i = 0; i < 4; ++i) {
    trips[i] = {paged.address(i), 0, &done};
    start_thread(
        [](uint64_t where) {
          Trip& own = *reinterpret_cast<Trip*>(where);
          own.value = *reinterpret_cast<volatile uint64_t*>(own.address);
          own.done->signal();
        },
        reinterpret_cast<uint64_t>(&trips[i]));
  }
  while (desk.calls == 0) thread_yield();
  give_time();
  CHECK_EQUAL(desk.calls, 1u);
  desk.mood = Mood::Supply;
  go_on.signal();
  done.wait(4);
  for (uint64_t i = 0; i < 4; ++i) CHECK_EQUAL(trips[i].value, kContents + i);
  let_them_end();
}

GUEST_TEST("a pager may touch its own pages as long as it has stacks; with none left its touch is a fault") {
  {
    const Paged paged(2);
    desk.mood = Mood::TouchOwn;
    CHECK_EQUAL(paged.word(1), kContents + 1);
    CHECK_EQUAL(desk.own_result, kContents + kPages - 1);
    CHECK_EQUAL(desk.calls, 2u);
  }
  const Paged paged(1);
  desk.mood = Mood::TouchOwn;
  CHECK(probe_read(paged.address(1)).is_page_fault(kAbsentRead));
}

GUEST_TEST("a pager is a gate with stacks of its own, for who controls the space, and none is none") {
  const Paged paged;
  const uint16_t keep = make_gate(paged.pager(), pager_entry, StackPolicy::Keep);
  CHECK_STATUS(space_set_pager(paged.selector(), keep), Status::Invalid);
  CHECK_STATUS(space_set_pager(paged.selector(), paged.pager().space), Status::BadHandle);
  const uint16_t weak = SELECTOR(list_insert(hop::kSelf, 0, paged.selector(), hop::kRightRead | hop::kRightWrite));
  CHECK_STATUS(space_set_pager(weak, paged.gate()), Status::NotPermitted);
  CHECK_OK(list_remove(hop::kSelf, weak));
  CHECK_OK(space_set_pager(paged.selector(), 0));
  CHECK(probe_read(paged.address(0)).is_page_fault(kAbsentRead));
  CHECK_OK(space_set_pager(paged.selector(), paged.gate()));
  CHECK(!probe_read(paged.address(0)).has_faulted);
  end_gate(keep);
}
