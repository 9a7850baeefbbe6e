// SPDX-License-Identifier: GPL-2.0-or-later
// The fuzzer: random programs, run by two that must agree after every step.
#pragma once
#include <array>
#include <optional>

#include "tests/conformance/fuzz/program.h"

namespace conformance {

/// A program on which two differ, made as small as it goes.
struct Finding {
  Program program;
  std::string difference;  ///< after its last action
};

/// All of it: variant, actions, difference.
[[nodiscard]] std::string to_text(const Finding& finding);

struct FuzzCounts {
  uint64_t programs = 0;
  uint64_t steps = 0;              ///< actions after which everything was compared, or instructions that the engine ran
  uint64_t refused = 0;            ///< of these ended in a fault
  std::optional<Finding> finding;  ///< the run ends with the first
};

struct FuzzLimits {
  uint64_t seed = 1;
  uint64_t steps = 0;    ///< ends with the program in which so many are over; 0: no such end
  uint64_t seconds = 0;  ///< of the host's time; 0: no such end
};

/// Model against oracle: everything is compared after each action.
[[nodiscard]] FuzzCounts fuzz_model(const FuzzLimits& limits);

/// Engine against oracle and model: programs in machine code, which run until an event; everything is compared then.
[[nodiscard]] FuzzCounts fuzz_engine(const FuzzLimits& limits);

}  // namespace conformance
