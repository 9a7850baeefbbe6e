// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include <cstdint>

namespace hop {

/// Virtual time in ticks.
[[nodiscard]] inline uint64_t clock_ticks() {
  uint32_t low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return uint64_t{high} << 32 | low;
}

}  // namespace hop
