// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/costs/cost_report.h"

#include <limits>

namespace emu {
namespace {

constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();

uint64_t times(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? kMost : product;
}

uint64_t plus(uint64_t a, uint64_t b) {
  uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? kMost : sum;
}

}  // namespace

CostReport price_counters(const Counters& counters, const CostTable& table) {
  CostReport report;
  const auto rows = counter_rows();
  for (size_t i = 0; i < rows.size(); ++i) {
    const uint64_t count = counters.*rows[i].field;
    const uint64_t cost = times(count, table.prices[i].millicycles);
    report.lines.push_back({&rows[i], &table.prices[i], count, cost});
    report.millicycles = plus(report.millicycles, cost);
  }
  return report;
}

}  // namespace emu
