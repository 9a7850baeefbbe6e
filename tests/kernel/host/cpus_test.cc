// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's own tests on several CPUs, whose turns a seed decides.
#include <catch2/catch_test_macros.hpp>

#include "tests/kernel/host/guest_run.h"

namespace {

void check_program(const GuestRun& run) {
  const GuestOutcome outcome = run_guest(run);
  INFO(run.programs.front() << " on " << run.cpus << " CPUs, seed " << run.schedule_seed << ", turn " << run.turn);
  INFO(outcome.log);
  INFO(outcome.result.detail);
  CHECK(outcome.result.reason == emu::EndReason::PowerOff);
  CHECK(outcome.log.find("failed 0\n") != std::string::npos);
}

}  // namespace

TEST_CASE("on 1, 2, 4 and 8 CPUs, under 52 schedules, the kernel's tests hold") {
  const char* const programs[] = {"kernel_threads_guest",  "kernel_dying_guest",     "kernel_faults_guest",
                                  "kernel_spaces_guest",   "kernel_selectors_guest", "kernel_grants_guest",
                                  "kernel_requests_guest", "kernel_pagers_guest",    "kernel_copies_guest",
                                  "kernel_quotas_guest",   "kernel_locks_guest"};
  uint64_t seed = 0;
  for (const uint32_t cpus : {1u, 2u, 4u, 8u}) {
    for (int i = 0; i < 13; ++i) {
      const uint32_t turns[] = {1, 30, 1'000, 20'000};
      check_program({.programs = {programs[++seed % std::size(programs)]},
                     .limit = 600'000'000,
                     .cpus = cpus,
                     .schedule_seed = seed,
                     .turn = turns[seed % std::size(turns)]});
    }
  }
}

TEST_CASE("on 4 CPUs ten thousand threads live at once, and a hundred make a million calls to a server with 8 stacks") {
  check_program({.programs = {"kernel_crowd_guest"},
                 .memory = uint64_t{1} << 30,
                 .limit = 10'000'000'000,
                 .cpus = 4,
                 .schedule_seed = 7,
                 .turn = 200});
}

TEST_CASE(
    "a service killed a thousand times at random instructions, on 1 to 8 CPUs, costs its clients nothing but errors") {
  uint64_t seed = 0;
  for (const uint32_t cpus : {1u, 1u, 1u, 2u, 4u, 8u}) {
    ++seed;
    check_program({.programs = {"kernel_killing_guest"},
                   .quantum = seed == 2 ? 1u : 0u,
                   .data = std::to_string(seed) + " " + std::to_string(cpus == 1 ? 100 : 70) + "\n",
                   .limit = 3'000'000'000,
                   .cpus = cpus,
                   .schedule_seed = seed});
  }
}

TEST_CASE("a seed is a schedule: the same one gives the same run, another one another") {
  GuestRun run{.programs = {"kernel_threads_guest"}, .cpus = 3, .schedule_seed = 1, .turn = 100};
  const GuestOutcome first = run_guest(run), again = run_guest(run);
  CHECK(first.log == again.log);
  CHECK(first.instructions == again.instructions);
  run.schedule_seed = 2;
  CHECK(run_guest(run).instructions != first.instructions);
}
