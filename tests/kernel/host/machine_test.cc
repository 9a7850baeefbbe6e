// SPDX-License-Identifier: GPL-2.0-or-later
// The tests of tests/kernel/guest, each program on a machine of its own; its log tells the sentences.
#include <catch2/catch_test_macros.hpp>

#include "tests/kernel/host/guest_run.h"

namespace {

void check_program(const GuestRun& run) {
  const GuestOutcome outcome = run_guest(run);
  INFO(outcome.log);
  INFO(outcome.result.detail);
  CHECK(outcome.result.reason == emu::EndReason::PowerOff);
  CHECK(outcome.result.exit_status == 0);
  CHECK(outcome.log.find("failed 0\n") != std::string::npos);
}

}  // namespace

TEST_CASE("spaces do what their calls say") {
  check_program({.programs = {"kernel_spaces_guest"}});
}

TEST_CASE("selectors reach what was granted and nothing else") {
  check_program({.programs = {"kernel_selectors_guest"}});
}

TEST_CASE("faults of a service come to their handler or to its caller") {
  check_program({.programs = {"kernel_faults_guest"}});
}

TEST_CASE("memory that runs out is a status or a fault, and comes back") {
  check_program({.programs = {"kernel_memory_guest"}, .memory = uint64_t{32} << 20});
}

TEST_CASE("system information, modules and interrupts are as promised") {
  std::string data;
  for (int i = 0; i < 5000; ++i) data += static_cast<char>(i % 251);
  check_program({.programs = {"kernel_system_guest"}, .data = data});
}

TEST_CASE("a program without authority is refused, and a machine whose threads have all ended says so") {
  const GuestOutcome outcome = run_guest({.programs = {"kernel_authority_guest"}, .authority = hop::kAuthorityBasic});
  INFO(outcome.log);
  CHECK(outcome.log.find("passed 1 failed 0\n") != std::string::npos);
  CHECK(outcome.result.reason == emu::EndReason::Deadlock);
}

TEST_CASE("threads have the same results, and die with their spaces, whatever the quantum") {
  for (const uint32_t quantum : {50u, 77u, 1'000u, 33'333u, 0u}) {
    INFO("quantum " << quantum);
    check_program({.programs = {"kernel_threads_guest"}, .quantum = quantum});
    check_program({.programs = {"kernel_dying_guest"}, .quantum = quantum});
  }
}

TEST_CASE("a run is the same, instruction by instruction, when it is repeated") {
  const GuestRun run{.programs = {"kernel_threads_guest"}, .quantum = 500};
  CHECK(run_guest(run).log == run_guest(run).log);
}
