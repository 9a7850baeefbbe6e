// SPDX-License-Identifier: GPL-2.0-or-later
// Code that runs behind so many gate calls, and threads whose selectors are kept.
#pragma once
#include <cstdint>

#include "tests/kernel/guest/test.h"

namespace guest {

using Function = uint64_t (*)(uint64_t);

/// As many calls as the secure stack allows, with a few frames left for the function.
constexpr uint64_t kDeepest = ~uint64_t{0};
constexpr uint64_t kDepths[] = {1, 2, kDeepest};

/// function(argument) behind `depth` calls of a gate with that ceiling (0: none); its result.
uint64_t call_behind(uint64_t depth, Function function, uint64_t argument, uint32_t ceiling = 0);
/// The same behind so many calls that that many frames are left.
uint64_t call_as_deep_as_possible(uint64_t frames_left, Function function, uint64_t argument);
/// The same in one call, whose reply is told as it is.
hop::Reply try_behind(uint64_t depth, Function function, uint64_t argument);
/// The most calls that there have been above a thread's first frame at these functions since it was set to 0.
extern uint64_t deepest_call;

/// A thread that runs function(argument).
class RunningThread {
 public:
  RunningThread(Function function, uint64_t argument);
  template <typename T>
  RunningThread(Function function, T& argument) : RunningThread(function, reinterpret_cast<uint64_t>(&argument)) {}
  ~RunningThread();
  RunningThread(const RunningThread&) = delete;
  RunningThread& operator=(const RunningThread&) = delete;
  [[nodiscard]] uint16_t selector() const { return selector_; }

 private:
  uint16_t selector_;
};

/// So much of the clock, or, where several CPUs share it and each has to wait for its turn, as much more as it takes.
[[nodiscard]] uint64_t ticks(uint64_t on_one_cpu);
/// Lets the others run for so long.
void give_time(uint64_t on_one_cpu = 100'000);

}  // namespace guest
