// SPDX-License-Identifier: GPL-2.0-or-later
// Random programs, as many as CI has time for: FUZZ_STEPS in the environment says how many steps (CMakeLists.txt).
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "tests/conformance/fuzz/fuzz.h"
#include "tests/conformance/fuzz/machine_code.h"
#include "tests/conformance/fuzz/minimize.h"

using namespace conformance;

namespace {

/// Others than hop lab conformance runs.
constexpr uint64_t kSeed = 100'000;

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
  check(fuzz_model({.seed = kSeed, .steps = steps()}), steps());
}

TEST_CASE("engine, model and oracle agree on random programs of machine code", "[fuzz]") {
  check(fuzz_engine({.seed = kSeed, .steps = steps() / 20}), steps() / 20);
}

TEST_CASE("the same seed gives the same random program", "[fuzz]") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Program first = random_program(seed, 50), second = random_program(seed, 50);
    CHECK(first.image.ram == second.image.ram);
    REQUIRE(first.actions.size() == second.actions.size());
    for (size_t i = 0; i < first.actions.size(); ++i) CHECK(to_text(first.actions[i]) == to_text(second.actions[i]));
  }
}

TEST_CASE("what a difference does not need is left out of its program", "[fuzz]") {
  std::vector<int> numbers(150);
  std::iota(numbers.begin(), numbers.end(), 0);
  const auto has = [](const std::vector<int>& list, int number) {
    return std::ranges::find(list, number) != list.end();
  };
  const auto fails = [&](const std::vector<int>& list) { return has(list, 17) && has(list, 18) && has(list, 149); };
  CHECK(minimized(numbers, fails) == std::vector<int>{17, 18, 149});
}

TEST_CASE("an attempt that is left out of machine code is jumped over, and the others stay where they are", "[fuzz]") {
  Random random(5);
  const MachineCode code = random_machine_code(random, {});
  REQUIRE(code.attempts.size() > 3);
  CHECK(code.text_of(0).starts_with("space 2, code + 0: "));
  const Image image = code.with_only({1});
  const Attempt &first = code.attempts[0], &second = code.attempts[1];
  const uint8_t* bytes = image.ram.data() + code_of(kProgram);
  CHECK(bytes[0] == 0xeb);
  CHECK(bytes[1] == first.length - 2);
  CHECK(std::equal(bytes + second.offset, bytes + second.offset + second.length,
                   code.image.ram.data() + code_of(kProgram) + second.offset));
}
