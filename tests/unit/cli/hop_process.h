// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the hop of this build as a process.
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace test {

struct HopResult {
  int status = -1;  ///< exit status, or 1000 + signal
  std::string out, error;
};

struct HopInput {
  std::string standard_input;
  /// Called with the process's number as soon as it has written this text to standard output.
  std::string when_written;
  std::function<void(int process)> then;
  bool stop_reading = false;  ///< close the end of standard output then
};

[[nodiscard]] HopResult run_hop(const std::vector<std::string>& arguments, const HopInput& input = {});

/// With all three standard files on a new terminal; what is written there is the result.
[[nodiscard]] HopResult run_hop_on_terminal(const std::vector<std::string>& arguments, const std::string& typed,
                                            bool& terminal_is_unchanged);

}  // namespace test
