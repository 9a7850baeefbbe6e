// SPDX-License-Identifier: GPL-2.0-or-later
// The modelled TLB behind the engine: counts worked out by hand for programs of a few instructions.
#include <catch2/catch_test_macros.hpp>

#include "emu/costs/memory_model.h"
#include "tests/unit/emu/world.h"

using namespace test;
using namespace asx;

namespace {

constexpr uint64_t kCode = 0x40'0000;
constexpr uint64_t kService = 0x50'1000;  ///< in another set of the TLB
constexpr uint64_t kPlace = 0x60'2000;
constexpr uint64_t kRounds = 5;

emu::Counters counters_of(const Variant& variant, void (*prepare)(World&)) {
  emu::MemoryModel model(variant);
  World w({.variant = variant, .accesses = &model});
  model.attach(w.engine->cpu(), w.model_memory);
  prepare(w);
  REQUIRE(w.run_to_event().vector == kVectorInvalidOpcode);
  return model.counters();
}

/// Loads and stores five times at one place, then faults into the kernel's handler, which stores once.
void loop_in_one_space(World& w) {
  const SpaceId program = w.space(kSpaceCode);
  w.map_new(program, kPlace, 1, World::kData);
  Code code;
  code.set(kRbx, kPlace).set(kRdi, kRounds);
  const size_t loop = code.here();
  code.load(kRax, kRbx).store(kRbx, kRax).decrement(kRdi).jump_if_not_zero(loop).undefined();
  w.put(program, kCode, code);
  w.start(program, kCode);
}

/// Calls a service five times; it loads from its caller's stack, and from its own page.
void hop_back_and_forth(World& w) {
  const SpaceId program = w.space(kSpaceCode);
  const SpaceId service = w.space(kSpaceCode);
  w.map_new(service, kPlace, 1, World::kData);
  w.put(service, kService, Code().set(kRbx, kPlace).load(kRax, kRbx).load(kRax, kRsi).asx(Mnemonic::Gret));
  w.gate(service, 0).entry = kService;
  w.gate(service, 0).stack_policy = StackPolicy::Keep;
  w.grant_gate(program, 1, service, 0);
  Code code;
  code.set(kR12, kRounds).set(kRsi, uint64_t{0x8000} << 48 | (World::kStackTop - 8));
  const size_t loop = code.here();
  code.set(kRax, 1).asx(Mnemonic::Gcall, 0, kRax).decrement(kR12).jump_if_not_zero(loop).undefined();
  w.put(program, kCode, code);
  w.start(program, kCode);
}

}  // namespace

TEST_CASE("a loop over one page misses as often as it has pages") {
  const emu::Counters counters = counters_of({}, loop_in_one_space);
  CHECK(counters.loads == kRounds);
  CHECK(counters.stores == kRounds + 1);
  CHECK(counters.fetch_misses == 2);  // the program's page and the handler's
  CHECK(counters.load_misses == 1);
  CHECK(counters.store_misses == 2);  // the page was clean; the handler's device
  CHECK(counters.walk_steps == 5 * 4);
  CHECK(counters.list_entries == 0);
  CHECK(counters.tlb_flushes == 0);
}

TEST_CASE("an untagged TLB that is flushed once, by the event, misses no more than a tagged one in one space") {
  emu::Counters tagged = counters_of({}, loop_in_one_space);
  const emu::Counters untagged = counters_of({.tlb = TlbKind::Untagged}, loop_in_one_space);
  CHECK(untagged.tlb_flushes == 1);
  tagged.tlb_flushes = 1;
  CHECK(tagged == untagged);
}

TEST_CASE("hops through a tagged TLB miss on each side once, through an untagged one at every turn") {
  const emu::Counters tagged = counters_of({}, hop_back_and_forth);
  const emu::Counters untagged = counters_of({.tlb = TlbKind::Untagged}, hop_back_and_forth);
  for (const emu::Counters* counters : {&tagged, &untagged}) {
    CHECK(counters->loads == 2 * kRounds);
    CHECK(counters->stores == 1);
    CHECK(counters->list_entries == kRounds);  // the gate's entry, at each call
    CHECK(counters->store_misses == 1);
  }
  CHECK(tagged.fetch_misses == 3);  // program, service, handler
  CHECK(tagged.load_misses == 2);
  CHECK(tagged.tlb_flushes == 0);
  CHECK(untagged.fetch_misses == 1 + 2 * kRounds + 1);
  CHECK(untagged.load_misses == 2 * kRounds);
  CHECK(untagged.tlb_flushes == 2 * kRounds + 1);
}

TEST_CASE("a direct-mapped TLB loses a page to another one of the same set") {
  const auto prepare = [](World& w) {
    const SpaceId program = w.space(kSpaceCode);
    w.map_new(program, kPlace, 3, World::kData);
    Code code;
    code.set(kRbx, kPlace).set(kRcx, kPlace + 2 * kPageSize).set(kRdi, kRounds);
    const size_t loop = code.here();
    code.load(kRax, kRbx).load(kRax, kRcx).decrement(kRdi).jump_if_not_zero(loop).undefined();
    w.put(program, kCode, code);
    w.start(program, kCode);
  };
  CHECK(counters_of({.tlb_entries = 2, .tlb_ways = 1}, prepare).load_misses == 2 * kRounds);
  CHECK(counters_of({.tlb_entries = 4, .tlb_ways = 1}, prepare).load_misses == 2);
  CHECK(counters_of({.tlb_entries = 2, .tlb_ways = 2}, prepare).load_misses == 2);
}
