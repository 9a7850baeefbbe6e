// SPDX-License-Identifier: GPL-2.0-or-later
// Lines for the kernel's log, and the clock.
#pragma once
#include <cstdint>

#include "userland/runtime/format.h"

namespace hop {

/// A line that is put together and then written at once, 40 characters a call. Longer lines of several threads may mix.
class LogLine : public Formatter {
 public:
  LogLine();
  /// Writes what has gathered and a newline.
  ~LogLine();
};

/// Virtual time in ticks.
[[nodiscard]] inline uint64_t clock_ticks() {
  uint32_t low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return uint64_t{high} << 32 | low;
}

}  // namespace hop
