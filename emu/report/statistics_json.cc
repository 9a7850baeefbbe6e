// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/report/costs_json.h"
#include "emu/report/names.h"
#include "emu/report/run_report.h"
#include "isa-ext/variant/parse.h"

namespace emu {
namespace {

nlohmann::ordered_json cpus_json(const Statistics& statistics) {
  auto cpus = nlohmann::ordered_json::array();
  for (const CpuCounts& cpu : statistics.cpus) {
    cpus.push_back({{"instructions", cpu.instructions},
                    {"turns", cpu.turns},
                    {"gate_calls", cpu.gate_calls},
                    {"gate_returns", cpu.gate_returns},
                    {"system_calls", cpu.system_calls},
                    {"kernel_entries", cpu.kernel_entries},
                    {"interrupts", cpu.interrupts},
                    {"tlb_flushes", cpu.tlb_flushes}});
  }
  return cpus;
}

}  // namespace

std::string statistics_json(const Statistics& statistics, const RunFacts& facts) {
  using Json = nlohmann::ordered_json;
  Json report;
  report["schema"] = "hopscotch-statistics-1";
  report["command"] = facts.command;
  Json variant = Json::object();
  for (const asx::VariantFlag& flag : asx::variant_flags()) {
    const uint32_t value = flag.get(facts.variant);
    Json& place = variant[std::string(flag.name)];
    place = flag.is_number() ? Json(value) : Json(flag.text(value));
  }
  report["variant"] = variant;
  report["end"] = facts.end;
  report["exit_status"] = facts.exit_status;
  report["instructions"] = statistics.instructions;
  report["ticks"] = statistics.ticks;
  report["gate_calls"] = statistics.gate_calls;
  report["system_calls"] = statistics.system_calls;
  report["gate_returns"] = statistics.gate_returns;
  report["narrows"] = statistics.narrows;
  report["widens"] = statistics.widens;
  report["refusals"] = statistics.refusals;
  report["interrupts"] = statistics.interrupts;
  report["event_returns"] = statistics.event_returns;
  report["tlb_flushes"] = statistics.tlb_flushes;
  report["kernel_entries"] = statistics.kernel_entries;
  if (statistics.cpus.size() > 1) report["cpus"] = cpus_json(statistics);
  report["counters"] = counters_json(statistics);
  if (facts.costs != nullptr) report["costs"] = costs_json(statistics.counters, *facts.costs);
  report["events"] = Json::array();
  for (uint32_t vector = 0; vector < statistics.events.size(); ++vector) {
    if (statistics.events[vector] == 0) continue;
    report["events"].push_back(
        {{"vector", vector}, {"name", vector_name(vector)}, {"count", statistics.events[vector]}});
  }
  report["spaces"] = Json::array();
  for (const SeenSpace& space : statistics.spaces) {
    report["spaces"].push_back({{"id", space.id},
                                {"generation", space.generation},
                                {"name", space.name},
                                {"kinds", space_kinds(space.flags)}});
  }
  report["hops"] = Json::array();
  for (const HopCount& hop : sorted_hops(statistics)) {
    report["hops"].push_back({{"from", hop.from}, {"to", hop.to}, {"gate", hop.gate_index}, {"count", hop.count}});
  }
  // Arguments need not be UTF-8; JSON must.
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace emu
