// SPDX-License-Identifier: GPL-2.0-or-later
// The parts "counters" and "costs" of the JSON report (emu/doc/statistics.md).
#pragma once
#include <nlohmann/json.hpp>

#include "emu/costs/cost_table.h"
#include "emu/machine/statistics.h"

namespace emu {

/// Counters that were not counted are left out.
[[nodiscard]] nlohmann::ordered_json counters_json(const Statistics& statistics);

[[nodiscard]] nlohmann::ordered_json costs_json(const Counters& counters, const CostTable& table);

}  // namespace emu
