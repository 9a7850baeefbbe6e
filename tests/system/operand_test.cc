// SPDX-License-Identifier: GPL-2.0-or-later
// Whole systems with --operand: kernel, services and Linux programs stay tagged, and a program uses the mode.
#include <catch2/catch_test_macros.hpp>

#include "tests/system/hop_command.h"

namespace {

std::string line(std::string text) {
  text.resize(47, ' ');
  return text + "\n";
}

test::Outcome run(const std::string& value, const std::vector<std::string>& program) {
  std::vector<std::string> arguments = {"run", "--operand=" + value};
  arguments.insert(arguments.end(), program.begin(), program.end());
  return test::run_hop(arguments);
}

}  // namespace

TEST_CASE("a program copies between its spaces in the mode that --operand offers") {
  const std::string tagged = line("copied by tagged pointers");
  const std::string program = HOP_GUEST_FOLDER "/operand_modes.elf";
  CHECK(run("tagged", {program}).output == tagged);
  CHECK(run("access-register", {program}).output == tagged + line("copied in access-register mode"));
  CHECK(run("segment", {program}).output == tagged + line("copied in segment mode"));
  for (const char* value : {"tagged", "access-register", "segment"}) CHECK(run(value, {program}).status == 0);
}

TEST_CASE("Linux programs run the same whatever --operand offers") {
  const test::Outcome expected = run("tagged", {"/bin/busybox", "sha256sum", "/etc/passwd"});
  REQUIRE(expected.status == 0);
  for (const char* value : {"access-register", "segment"}) {
    const test::Outcome outcome = run(value, {"/bin/busybox", "sha256sum", "/etc/passwd"});
    CHECK(outcome.status == 0);
    CHECK(outcome.output == expected.output);
    CHECK(outcome.errors == "");
  }
}
