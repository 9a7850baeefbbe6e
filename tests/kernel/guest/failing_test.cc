// SPDX-License-Identifier: GPL-2.0-or-later
// Each allocation of the kernel fails in turn: whatever it was for, the call says OutOfMemory or the touch faults,
// nothing has changed, and the next try goes well.
#include "isa-ext/abi/address.h"
#include "tests/kernel/guest/callee.h"
#include "tests/kernel/guest/child.h"
#include "tests/kernel/guest/probe.h"
#include "tests/kernel/guest/relay.h"
#include "tests/kernel/guest/test.h"
#include "tests/kernel/guest/threads.h"

namespace {

using namespace guest;
using namespace hop::kernel;
using hop::Status;

constexpr uint64_t kPage = asx::kPageSize;
constexpr uint64_t kReadWrite = hop::kProtectRead | hop::kProtectWrite;
constexpr uint64_t kUntouched = 64 * kPage;
constexpr uint64_t kFar = uint64_t{1} << 40;

/// What an attempt needs, made before and given back after.
struct Scene {
  uint16_t space, other;
  Child child;
  uint16_t gate;
};

Scene make_scene() {
  Scene scene{};
  for (uint16_t* place : {&scene.space, &scene.other}) {
    *place = SELECTOR(space_create(asx::kSpaceStack, 16, 0x656e656373, 0));
    CHECK_OK(space_map(*place, 0, 8 * kPage, kReadWrite));
    CHECK_OK(space_map(*place, kUntouched, kPage, kReadWrite));
    for (uint64_t i = 0; i < 4; ++i) word_at(*place, i * kPage) = 40 + i;
  }
  scene.child = make_child(2);
  scene.gate = make_gate(scene.child, callee_add_one, asx::StackPolicy::Pool);
  return scene;
}

void end_scene(const Scene& scene) {
  for (const uint16_t space : {scene.space, scene.other}) {
    CHECK_OK(space_destroy(space));
    CHECK_OK(list_remove(hop::kSelf, space));
  }
  end_gate(scene.gate);
  end_child(scene.child);
}

/// Something that takes memory; a selector that it makes is dropped at once.
using Attempt = hop::Reply (*)(const Scene& scene);

hop::Reply drop(const hop::Reply& made) {
  if (!made.is_error()) list_remove(hop::kSelf, static_cast<uint64_t>(made.value));
  return made;
}

hop::Reply touch(uint64_t address) {
  return probe_write(address).has_faulted ? hop::reply(Status::OutOfMemory) : hop::Reply{};
}

/// Tries it with the first, the second, ... allocation failing, until it takes no more. Returns how many that were.
uint64_t fail_each(Attempt attempt, const char* what) {
  constexpr uint64_t kMost = 200;
  probe_read(0);  // its gate is made at the first use
  for (uint64_t number = 1; number <= kMost; ++number) {
    const Scene scene = make_scene();
    const uint64_t before = info(hop::SystemInfo::FreeMemory);
    CHECK_OK(memory_fail(number));
    const hop::Reply first = attempt(scene);
    const uint64_t left = memory_fail(0).second;
    if (first.is_error()) {
      CHECK_EQUAL(left, 0u);
      CHECK_STATUS(first, Status::OutOfMemory);
      CHECK_EQUAL(info(hop::SystemInfo::FreeMemory), before);
      for (uint64_t i = 0; i < 4; ++i) CHECK_EQUAL(word_at(scene.space, i * kPage), 40 + i);
      CHECK_OK(attempt(scene));
    }
    const hop::Reply found = system_check();
    if (found.value != 0) fail(what, __FILE__, __LINE__);
    end_scene(scene);
    let_them_end();
    if (!first.is_error() && left != 0) return number - 1;
  }
  fail("it takes no end of allocations", __FILE__, __LINE__);
  return kMost;
}

void check_fails(Attempt attempt, uint64_t at_least, const char* what) {
  const uint64_t allocations = fail_each(attempt, what);
  if (allocations < at_least) fail_comparison(what, allocations, at_least, __FILE__, __LINE__);
}

}  // namespace

GUEST_TEST("each allocation of making a space, a gate, a pool, an event, a budget, a quota fails cleanly") {
  check_fails(
      [](const Scene&) {
        const hop::Reply made = space_create(asx::kSpaceCode, 300, 0, 0);
        if (!made.is_error()) space_destroy(static_cast<uint64_t>(made.value));
        return drop(made);
      },
      3, "space_create");
  check_fails(
      [](const Scene&) {
        const hop::Reply space = space_create(asx::kSpaceCode, 300, 0, 0);
        if (space.is_error()) return space;
        const auto name = static_cast<uint64_t>(space.value);
        hop::Reply made = drop(gate_create(name, 0x1000, 0, 0, 0, 0));
        if (!made.is_error()) made = pool_add(name, 0x8000, 0);
        space_destroy(name);
        drop(space);
        return made;
      },
      5, "gate_create, pool_add");
  check_fails([](const Scene&) { return drop(event_create()); }, 1, "event_create");
  check_fails([](const Scene&) { return drop(budget_create(1000, 10'000)); }, 1, "budget_create");
  check_fails([](const Scene&) { return drop(quota_create(0, 1000)); }, 1, "quota_create");
}

GUEST_TEST("each allocation of mapping, sharing, copying, moving, protecting and touching memory fails cleanly") {
  check_fails([](const Scene& scene) { return space_map(scene.space, kFar, kPage, kReadWrite); }, 1, "space_map");
  check_fails([](const Scene& scene) { return space_share(scene.space, kFar, scene.other, 0, 8 * kPage, kReadWrite); },
              4, "space_share");
  check_fails([](const Scene& scene) { return space_copy(scene.space, kFar, scene.other, 0, 8 * kPage); }, 4,
              "space_copy");
  check_fails([](const Scene& scene) { return space_move(scene.space, 4 * kPage, kFar, 2 * kPage); }, 1, "space_move");
  check_fails([](const Scene& scene) { return space_protect(scene.space, 5 * kPage, kPage, hop::kProtectRead); }, 2,
              "space_protect");
  check_fails([](const Scene& scene) { return space_unmap(scene.space, 5 * kPage, kPage); }, 1, "space_unmap");
  check_fails([](const Scene& scene) { return touch(address_in(scene.space, kUntouched)); }, 1, "a first touch");
  check_fails(
      [](const Scene& scene) {
        const hop::Reply mapped = space_map(scene.space, kFar, kPage, kReadWrite);
        if (mapped.is_error()) return mapped;
        const hop::Reply touched = touch(address_in(scene.space, kFar));
        if (touched.is_error()) space_unmap(scene.space, kFar, kPage);
        return touched;
      },
      5, "a first touch without tables");
  check_fails(
      [](const Scene& scene) {
        const hop::Reply copied = space_copy(scene.space, kFar, scene.other, 0, kPage);
        if (copied.is_error()) return copied;
        const hop::Reply touched = touch(address_in(scene.other, 0));
        if (touched.is_error()) space_unmap(scene.space, kFar, kPage);
        return touched;
      },
      5, "the first write to a copied page");
}

GUEST_TEST("each allocation of starting a thread and of setting a deadline fails cleanly") {
  check_fails([](const Scene& scene) { return drop(thread_create(scene.gate, hop::kStackSpace, 0, 0, 0, 0)); }, 3,
              "thread_create");
  check_fails(
      [](const Scene&) {
        const hop::Reply set = call_deadline(hop::clock_ticks() + 100'000'000, 1000);
        if (!set.is_error()) call_deadline_clear();
        return set;
      },
      4, "call_deadline");
}

GUEST_TEST("each allocation of supplying pages fails cleanly") {
  check_fails(
      [](const Scene& scene) {
        const hop::Reply mapped = space_map(scene.space, kFar, 2 * kPage, kReadWrite | hop::kMapPaged);
        if (mapped.is_error()) return mapped;
        const hop::Reply given = space_supply(scene.space, kFar, scene.other, 0, kPage, uint64_t{2});
        if (given.is_error()) space_unmap(scene.space, kFar, 2 * kPage);
        return given;
      },
      4, "space_supply");
}
