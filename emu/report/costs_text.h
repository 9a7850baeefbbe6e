// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of the text report about memory accesses and about costs. Each begins with an empty line, or is empty.
#pragma once
#include <string>

#include "emu/costs/cost_table.h"
#include "emu/machine/statistics.h"
#include "isa-ext/variant/variant.h"

namespace emu {

/// Empty if accesses were not modelled.
[[nodiscard]] std::string memory_text(const Statistics& statistics, const asx::Variant& variant);

[[nodiscard]] std::string costs_text(const Counters& counters, const CostTable& table);

}  // namespace emu
