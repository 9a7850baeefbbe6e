// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's check of itself (hop run --check-kernel): it finds nothing in the kernel, and finds the mistake in each
// of the kernels of tests/kernel/mutants.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/kernel/host/guest_run.h"

namespace {

constexpr uint64_t kMemory = uint64_t{32} << 20;  // a check takes time in proportion to it

struct Mutant {
  const char* name;
  const char* program;  ///< whose run brings the mistake to light
  const char* found;
  uint32_t check_interval = 20;  ///< so short that no assertion comes first
};

}  // namespace

TEST_CASE("a kernel that checks all its objects at every 200th entry finds nothing wrong") {
  const char* program = GENERATE("spaces", "selectors", "grants", "faults", "threads", "dying", "memory", "copies",
                                 "pagers", "quotas", "locks");
  const GuestOutcome outcome = run_guest({.programs = {std::string("kernel_") + program + "_guest"},
                                          .memory = kMemory,
                                          .check_interval = 200,
                                          .cpus = GENERATE(1u, 4u)});
  INFO(outcome.log);
  CHECK(outcome.result.exit_status == 0);
  CHECK(outcome.log.find("failed 0\n") != std::string::npos);
  CHECK(outcome.log.find("check: ") == std::string::npos);
}

TEST_CASE("every error that the tests get out of the kernel stands in the row of its call") {
  const char* program = GENERATE("scheduling", "requests", "failing", "killing");
  const GuestOutcome outcome =
      run_guest({.programs = {std::string("kernel_") + program + "_guest"}, .check_interval = 4'000'000'000});
  INFO(outcome.log);
  CHECK(outcome.result.exit_status == 0);
}

TEST_CASE("the check finds what is wrong in a kernel with a mistake, and ends the machine with status 71") {
  const Mutant mutant =
      GENERATE(Mutant{"frames", "memory", "check: free frames are miscounted"},
               Mutant{"entries", "memory", "check: a page table's entries are miscounted"},
               Mutant{"sharing", "spaces", "check: a frame's references are miscounted", 1},
               Mutant{"unmapping", "spaces", "check: a page lies in no region"},
               Mutant{"refund", "threads", "check: a quota is charged with more than it pays for", 1},
               Mutant{"insertion", "threads", "check: an object has fewer references than there are"},
               Mutant{"removal", "threads", "check: an object has more references than there are"},
               Mutant{"stack", "threads", "check: nobody stands on a stack that is in use"},
               Mutant{"queue", "scheduling", "check: a thread is in a ready queue that is not its"},
               Mutant{"error", "scheduling", "check: budget_create answers a status that no call returns"});
  CAPTURE(mutant.name);
  const GuestOutcome outcome = run_guest({.programs = {std::string("kernel_") + mutant.program + "_guest"},
                                          .memory = kMemory,
                                          .check_interval = mutant.check_interval,
                                          .kernel = std::string("hop_mutant_") + mutant.name});
  INFO(outcome.log);
  CHECK(outcome.result.exit_status == 71);
  CHECK(outcome.log.find(mutant.found) != std::string::npos);
  CHECK(outcome.log.find("kernel panic: ") != std::string::npos);
}
