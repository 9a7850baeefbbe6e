// SPDX-License-Identifier: GPL-2.0-or-later
// What people read when something goes wrong.
#include <catch2/catch_test_macros.hpp>
#include <regex>

#include "tests/kernel/host/guest_run.h"

namespace {

bool matches(const std::string& log, const std::string& pattern) {
  return std::regex_search(log, std::regex(pattern));
}

}  // namespace

TEST_CASE("an unhandled fault is reported with its cause, its place and the chain of calls") {
  const GuestOutcome outcome = run_guest({.programs = {"kernel_report_guest"}});
  INFO(outcome.log);
  CHECK(outcome.result.exit_status == 0);
  CHECK(matches(
      outcome.log,
      "fault in thread 3: address-space fault: data access: EntryInvalid, the slot is empty\n"
      "  address 0x8009000000001000: selector 0x8009 names nothing\n"
      "  in child \\(space 5\\) at 0x506[0-9a-f]+, stack space kernel_re[.]stack \\(space 4\\)\n"
      "  called from child \\(space 6\\) at 0x506[0-9a-f]+, through gate 0 of child \\(space 5\\)\n"
      "  called from kernel_report_g \\(space 3\\) at 0x506[0-9a-f]+, through gate 0 of child \\(space 6\\)\n"));
  CHECK(matches(outcome.log,
                "data access: EntryKind, the entry is of another kind\n"
                "  address 0x8000000000000: selector 0x8 names gate 0 of child \\(space 5\\)\n"));
  CHECK(matches(outcome.log,
                "fault in thread 4: divide error\n"
                "  in child \\(space 5\\) at 0x506[0-9a-f]+, stack space kernel_re[.]stack \\(space 4\\)\n"
                "  started through gate 1 of child \\(space 5\\)\n"
                "  thread 4 ends\n"));
}

TEST_CASE("a fault of the kernel itself ends the machine with a report and status 71") {
  const GuestOutcome outcome = run_guest({.programs = {"kernel_report_guest"}, .broken_function = "kernel_call"});
  INFO(outcome.log);
  CHECK(outcome.result.reason == emu::EndReason::PowerOff);
  CHECK(outcome.result.exit_status == 71);
  CHECK(
      matches(outcome.log,
              "^kernel panic: the kernel itself faulted\n"
              "fault in thread 3: invalid instruction\n"
              "  in kernel \\(space 1\\) at 0x1[01][0-9a-f]+, stack space kernel_re[.]stack \\(space 4\\)\n"
              "  called from kernel_report_g \\(space 3\\) at 0x506[0-9a-f]+, through gate 0 of kernel \\(space 1\\)\n"
              "  rip 0x1[01][0-9a-f]+ rflags 0x[0-9a-f]+ "));
}
