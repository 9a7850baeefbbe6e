// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/costs/counters.h"

#include <array>

namespace emu {
namespace {

constexpr auto kRows = std::to_array<CounterRow>({
#define HOP_COUNTER(name, kind, meaning) {#name, &Counters::name, CounterKind::kind, meaning},
#include "emu/costs/counters.def"
#undef HOP_COUNTER
});

}  // namespace

std::span<const CounterRow> counter_rows() {
  return kRows;
}

}  // namespace emu
