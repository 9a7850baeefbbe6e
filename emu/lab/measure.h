// SPDX-License-Identifier: GPL-2.0-or-later
// What the labs of costs share: runs that must end well, and differences of their counts.
#pragma once
#include "emu/costs/cost_report.h"
#include "emu/lab/lab.h"
#include "emu/lab/native_run.h"

namespace emu::lab {

/// The run, if the program ended with status 0; else why not, in a sentence.
[[nodiscard]] Result<NativeOutcome> run_well(const NativeRun& run);

/// The built-in cost tables but "unit", whose prices are all 1.
[[nodiscard]] Result<std::vector<CostTable>> cost_tables();

/// A number as tables show it: to a tenth.
[[nodiscard]] double tenths(double value);
/// What one of `times` things has added, to a tenth.
[[nodiscard]] double each(uint64_t with, uint64_t without, uint64_t times);

/// For each table the cycles that one of `times` things has added.
[[nodiscard]] std::vector<nlohmann::ordered_json> cycles_of_each(const Statistics& with, const Statistics& without,
                                                                 uint64_t times, std::span<const CostTable> tables);

}  // namespace emu::lab
