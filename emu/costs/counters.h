// SPDX-License-Identifier: GPL-2.0-or-later
// The counters that reports show and cost tables price. The table behind them is counters.def.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace emu {

struct Counters {
#define HOP_COUNTER(name, kind, meaning) uint64_t name = 0;
#include "emu/costs/counters.def"
#undef HOP_COUNTER
  friend bool operator==(const Counters&, const Counters&) = default;
};

enum class CounterKind {
  Counted,   ///< by every run
  Modelled,  ///< only if memory accesses are modelled
};

struct CounterRow {
  std::string_view name;
  uint64_t Counters::*field;
  CounterKind kind;
  std::string_view meaning;
};

/// In the order of the table.
[[nodiscard]] std::span<const CounterRow> counter_rows();

}  // namespace emu
