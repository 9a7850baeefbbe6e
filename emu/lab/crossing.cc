// SPDX-License-Identifier: GPL-2.0-or-later
// hop lab crossing: what it costs that only one space is usable (manual 7.10).
#include <fmt/format.h>

#include "emu/lab/measure.h"

extern "C" {
extern const std::byte hop_image_null_call_0[], hop_image_null_call_0_end[];
extern const std::byte hop_image_null_call_1000[], hop_image_null_call_1000_end[];
}

namespace emu::lab {
namespace {

constexpr uint64_t kCalls = 1000;

/// What the calls have added to a run.
struct Difference {
  uint64_t instructions = 0, kernel_entries = 0, events = 0;
  std::vector<std::pair<std::string, uint64_t>> cycles;  ///< by each built-in cost table, in thousandths
};

Result<Statistics> measure(std::string_view name, std::span<const std::byte> elf, const asx::Variant& variant) {
  Result<NativeOutcome> outcome =
      run_well({.name = std::string(name), .elf = elf, .variant = variant, .model_memory = true});
  if (!outcome) return Error{outcome.error()};
  return outcome.value().statistics;
}

uint64_t all_events(const Statistics& statistics) {
  uint64_t sum = 0;
  for (const uint64_t count : statistics.events) sum += count;
  return sum;
}

Result<Difference> measure_calls(const asx::Variant& variant) {
  Result<Statistics> without = measure("null_call_0", {hop_image_null_call_0, hop_image_null_call_0_end}, variant);
  if (!without) return Error{without.error()};
  Result<Statistics> with =
      measure("null_call_1000", {hop_image_null_call_1000, hop_image_null_call_1000_end}, variant);
  if (!with) return Error{with.error()};
  const Statistics &before = without.value(), &after = with.value();
  Difference difference{after.instructions - before.instructions,
                        after.kernel_entries - before.kernel_entries,
                        all_events(after) - all_events(before),
                        {}};
  for (const std::string_view text : builtin_cost_tables()) {
    Result<CostTable> table = read_cost_table(text);
    if (!table) return Error{table.error()};
    difference.cycles.emplace_back("cycles " + table.value().name,
                                   price_counters(after.counters, table.value()).millicycles -
                                       price_counters(before.counters, table.value()).millicycles);
  }
  return difference;
}

/// To one decimal place.
double per_call(uint64_t sum, double unit = 1) {
  return static_cast<double>(static_cast<uint64_t>(static_cast<double>(sum) / kCalls / unit * 10 + 0.5)) / 10;
}

}  // namespace

Result<Report> crossing() {
  Report report;
  report.introduction = fmt::format(
      "A program calls a gate of another space, which returns at once. Each number is of one call with its return:\n"
      "what {} calls add to a run, divided by {}. With --spaces=many the program crosses by itself; with --spaces=one\n"
      "the machine checks the same and leaves the crossing to the kernel.\n",
      kCalls, kCalls);
  const std::vector<std::string> columns = {"spaces", "instructions", "kernel entries", "events"};
  Table table{"calls", columns, {}};
  report.passes = true;
  for (const asx::Spaces spaces : {asx::Spaces::Many, asx::Spaces::One}) {
    Result<Difference> found = measure_calls({.spaces = spaces});
    if (!found) return Error{found.error()};
    const Difference& cost = found.value();
    const bool is_many = spaces == asx::Spaces::Many;
    std::vector<nlohmann::ordered_json> row = {is_many ? "many" : "one", per_call(cost.instructions),
                                               per_call(cost.kernel_entries), per_call(cost.events)};
    table.columns = columns;
    for (const auto& [name, millicycles] : cost.cycles) {
      table.columns.push_back(name);
      row.emplace_back(per_call(millicycles, 1000));
    }
    table.rows.push_back(std::move(row));
    report.passes = report.passes && cost.kernel_entries == (is_many ? 0 : 2 * kCalls);
  }
  report.tables = {std::move(table)};
  report.remarks.push_back(
      "Cycles are counts times prices (hop costs list). Of the 5 instructions the caller's loop has 4 and the gate 1.");
  return report;
}

}  // namespace emu::lab
