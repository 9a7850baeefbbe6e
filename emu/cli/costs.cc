// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "emu/cli/inspect.h"
#include "emu/costs/cost_table.h"

namespace emu::cli {
namespace {

std::string list_tables() {
  std::vector<CostTable> tables;
  size_t width = 0;
  for (const std::string_view text : builtin_cost_tables()) {
    tables.push_back(read_cost_table(text).value());
    width = std::max(width, tables.back().name.size());
  }
  std::string list;
  for (const CostTable& table : tables) list += fmt::format("{:<{}}  {}\n", table.name, width, table.title);
  return list;
}

std::string list_counters() {
  size_t width = 0;
  for (const CounterRow& row : counter_rows()) width = std::max(width, row.name.size());
  std::string list;
  for (const CounterRow& row : counter_rows()) list += fmt::format("{:<{}}  {}\n", row.name, width, row.meaning);
  return list;
}

}  // namespace

Result<std::string> describe_costs(const CostsOptions& options) {
  switch (options.action) {
    case CostsOptions::Action::List:
      return list_tables();
    case CostsOptions::Action::Counters:
      return list_counters();
    case CostsOptions::Action::Show:
      break;
  }
  Result<CostTable> table = load_cost_table(options.table);
  if (!table) return Error{table.error()};
  return find_cost_table(options.table);
}

}  // namespace emu::cli
