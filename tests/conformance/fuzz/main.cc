// SPDX-License-Identifier: GPL-2.0-or-later
// The fuzzer by hand: conformance_fuzzer --seed 1 --minutes 10
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "tests/conformance/fuzz/fuzz.h"

int main(int argc, char** argv) {
  using namespace conformance;
  CLI::App app("Random programs: model against oracle, and engine against model. Exit status 1 if two differ.");
  uint64_t seed = 1, steps = 1'000'000, minutes = 0;
  bool is_engine = false;
  app.add_option("--seed", seed, "of the first program; the next has the next number")->capture_default_str();
  auto* by_steps = app.add_option("--steps", steps, "end when so many are over")->capture_default_str();
  app.add_option("--minutes", minutes, "end after so many minutes instead")->excludes(by_steps);
  app.add_flag("--engine", is_engine, "engine against oracle and model, instead of model against oracle");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const FuzzLimits limits{seed, minutes == 0 ? steps : 0, minutes * 60};
  const auto begin = std::chrono::steady_clock::now();
  const FuzzCounts counts = is_engine ? fuzz_engine(limits) : fuzz_model(limits);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  std::printf("seed %llu: %llu programs, %llu steps (%llu refused), %.0f steps a second\n",
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(counts.programs),
              static_cast<unsigned long long>(counts.steps), static_cast<unsigned long long>(counts.refused),
              static_cast<double>(counts.steps) / taken.count());
  if (!counts.finding) return 0;
  std::fputs(to_text(*counts.finding).c_str(), stdout);
  return 1;
}
