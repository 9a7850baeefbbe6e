// SPDX-License-Identifier: GPL-2.0-or-later
// Counts times prices.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "emu/costs/cost_table.h"

namespace emu {

struct CostLine {
  const CounterRow* counter;
  const Price* price;
  uint64_t count = 0;
  uint64_t millicycles = 0;  ///< count times price
};

struct CostReport {
  std::vector<CostLine> lines;  ///< one for each counter, in the order of the table of counters
  uint64_t millicycles = 0;     ///< the sum
};

/// Refers to the table. What exceeds 2^64 - 1 thousandths of a cycle stays there.
[[nodiscard]] CostReport price_counters(const Counters& counters, const CostTable& table);

}  // namespace emu
