// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's own tests that hold on every machine, on every pair of variant flags.
#include <catch2/catch_test_macros.hpp>

#include "tests/kernel/host/guest_run.h"
#include "tests/support/host/covering_variants.h"

TEST_CASE("on every pair of variant flags gates, faults, loans, spaces and threads do what the kernel's tests say") {
  for (const asx::Variant& variant : test::covering_variants().variants) {
    INFO(asx::to_line(variant));
    const bool is_one_space = variant.spaces == asx::Spaces::One;  // no loans, and no looking into other spaces
    for (const char* program : {"kernel_threads_guest", "kernel_grants_guest", "kernel_spaces_guest"}) {
      if (is_one_space && program != std::string_view("kernel_threads_guest")) continue;
      const GuestOutcome outcome = run_guest({.programs = {program}, .variant = variant});
      INFO(outcome.log);
      INFO(outcome.result.detail);
      CHECK(outcome.result.reason == emu::EndReason::PowerOff);
      CHECK(outcome.log.find("failed 0\n") != std::string::npos);
    }
  }
}
