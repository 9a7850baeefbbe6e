// SPDX-License-Identifier: GPL-2.0-or-later
// Random programs, as many as CI has time for: FUZZ_STEPS in the environment says how many steps (CMakeLists.txt).
#include <catch2/catch_test_macros.hpp>

#include <cstdlib>

#include "tests/conformance/fuzz/fuzz.h"

using namespace conformance;

namespace {

uint64_t steps() {
  const char* text = std::getenv("FUZZ_STEPS");
  return text == nullptr ? 1'000'000 : std::strtoull(text, nullptr, 10);
}

void check(const FuzzCounts& counts, uint64_t wanted) {
  if (counts.finding) FAIL_CHECK(to_text(*counts.finding));
  CHECK(counts.steps >= wanted);
  CHECK(counts.refused > counts.steps / 10);  // or the programs would try nothing,
  CHECK(counts.refused < counts.steps);       // or get nowhere
}

}  // namespace

TEST_CASE("model and oracle agree on random programs, after every step", "[fuzz]") {
  check(fuzz_model({.seed = 1, .steps = steps()}), steps());
}

TEST_CASE("engine, model and oracle agree on random programs of machine code", "[fuzz]") {
  check(fuzz_engine({.seed = 1, .steps = steps() / 20}), steps() / 20);
}

TEST_CASE("the same seed gives the same random program", "[fuzz]") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Program first = random_program(seed, 50), second = random_program(seed, 50);
    CHECK(first.image.ram == second.image.ram);
    REQUIRE(first.actions.size() == second.actions.size());
    for (size_t i = 0; i < first.actions.size(); ++i) CHECK(to_text(first.actions[i]) == to_text(second.actions[i]));
  }
}
