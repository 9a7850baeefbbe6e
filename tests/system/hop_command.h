// SPDX-License-Identifier: GPL-2.0-or-later
// Runs build/hop as a user would.
#pragma once
#include "tests/support/host/run_command.h"

namespace test {

/// Arguments follow the name of the program, as in run_hop({"run", "/bin/busybox", "true"}).
[[nodiscard]] inline Outcome run_hop(std::vector<std::string> arguments,
                                     const std::filesystem::path& input = "/dev/null") {
  arguments.insert(arguments.begin(), HOP_PROGRAM);
  Command command;
  command.arguments = std::move(arguments);
  command.input = input;
  return run_command(command);
}

/// A line of the shell in which $HOP is the program; "sh" must know what it uses.
[[nodiscard]] inline Outcome run_shell(const std::string& line, const std::filesystem::path& directory = ".") {
  Command command;
  command.arguments = {"/bin/sh", "-c", line};
  command.environment.push_back("HOP=" HOP_PROGRAM);
  command.directory = directory;
  return run_command(command);
}

}  // namespace test
