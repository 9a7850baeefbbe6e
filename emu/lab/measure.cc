// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/lab/measure.h"

#include <fmt/format.h>

namespace emu::lab {

Result<NativeOutcome> run_well(const NativeRun& run) {
  Result<NativeOutcome> outcome = run_native(run);
  if (!outcome) return Error{outcome.error()};
  const RunResult& result = outcome.value().result;
  if (result.reason == EndReason::PowerOff && result.exit_status == 0) return outcome;
  return Error{fmt::format("{} did not end well: status {}, {}{}", run.name, result.exit_status, result.detail,
                           outcome.value().errors)};
}

Result<std::vector<CostTable>> cost_tables() {
  std::vector<CostTable> tables;
  for (const std::string_view text : builtin_cost_tables()) {
    Result<CostTable> table = read_cost_table(text);
    if (!table) return Error{table.error()};
    if (table.value().name != "unit") tables.push_back(std::move(table.value()));
  }
  return tables;
}

double tenths(double value) {
  return static_cast<double>(static_cast<int64_t>(value * 10 + (value < 0 ? -0.5 : 0.5))) / 10;
}

double each(uint64_t with, uint64_t without, uint64_t times) {
  return tenths(static_cast<double>(with - without) / static_cast<double>(times));
}

std::vector<nlohmann::ordered_json> cycles_of_each(const Statistics& with, const Statistics& without, uint64_t times,
                                                   std::span<const CostTable> tables) {
  std::vector<nlohmann::ordered_json> cells;
  for (const CostTable& table : tables) {
    cells.emplace_back(each(price_counters(with.counters, table).millicycles,
                            price_counters(without.counters, table).millicycles, times * 1000));
  }
  return cells;
}

}  // namespace emu::lab
