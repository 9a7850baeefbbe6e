// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/report/costs_json.h"

#include "emu/costs/cost_report.h"

namespace emu {
namespace {

using Json = nlohmann::ordered_json;

/// A whole number if it is one; else with the at most three decimals that it has.
Json cycles(uint64_t millicycles) {
  if (millicycles % 1000 == 0) return millicycles / 1000;
  return static_cast<double>(millicycles) / 1000;
}

}  // namespace

Json counters_json(const Statistics& statistics) {
  Json counters = Json::object();
  for (const CounterRow& row : counter_rows()) {
    if (row.kind == CounterKind::Modelled && !statistics.is_modelled) continue;
    counters[std::string(row.name)] = statistics.counters.*row.field;
  }
  return counters;
}

Json costs_json(const Counters& counters, const CostTable& table) {
  const CostReport report = price_counters(counters, table);
  Json costs;
  costs["table"] = table.name;
  costs["title"] = table.title;
  costs["cycles"] = cycles(report.millicycles);
  costs["lines"] = Json::array();
  for (const CostLine& line : report.lines) {
    costs["lines"].push_back({{"counter", line.counter->name},
                              {"count", line.count},
                              {"cycles_each", cycles(line.price->millicycles)},
                              {"cycles", cycles(line.millicycles)},
                              {"what", line.price->what},
                              {"source", line.price->source}});
  }
  costs["sources"] = Json::object();
  for (const CostSource& source : table.sources) costs["sources"][source.key] = source.text;
  return costs;
}

}  // namespace emu
