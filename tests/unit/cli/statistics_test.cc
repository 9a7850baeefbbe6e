// SPDX-License-Identifier: GPL-2.0-or-later
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "emu/report/run_report.h"
#include "isa-ext/abi/structures.h"
#include "isa-ext/variant/parse.h"

using nlohmann::json;

namespace {

emu::Statistics sample() {
  emu::Statistics statistics;
  statistics.instructions = 1'234'567;
  statistics.ticks = 2'000'000;
  statistics.gate_calls = 42;
  statistics.system_calls = 7;
  statistics.events[asx::kVectorPageFault] = 5;
  statistics.events[asx::kVectorInterrupt] = 3;
  statistics.interrupts = 3;
  statistics.kernel_entries = 9;
  statistics.spaces = {{1, 0, asx::kSpaceCode | asx::kSpaceStack | asx::kSpacePrivileged, "kernel"},
                       {4, 0, asx::kSpaceCode, "busybox"},
                       {5, 0, asx::kSpaceStack, "stack"},
                       {6, 2, asx::kSpaceStack, "stack"},
                       {9, 0, asx::kSpaceCode, ""}};
  statistics.hops = {{1, 0, 2, 10}, {0, 4, 0, 30}, {1, 0, 1, 10}};
  statistics.host.seconds = 1.5;
  statistics.host.waiting_seconds = 0.5;
  statistics.host.engine_version = "Unicorn 9.9.9";
  return statistics;
}

emu::RunFacts facts() {
  return {{"/bin/busybox", "true"}, asx::Variant{}, "exit", 3, nullptr};
}

}  // namespace

TEST_CASE("the JSON report has exactly the documented keys") {
  const json report = json::parse(emu::statistics_json(sample(), facts()));
  std::vector<std::string> keys;
  for (const auto& item : report.items()) keys.push_back(item.key());
  CHECK(keys == std::vector<std::string>{
                    "command",     "counters",     "end",    "event_returns", "events",       "exit_status",
                    "gate_calls",  "gate_returns", "hops",   "instructions",  "interrupts",   "kernel_entries",
                    "narrows",     "refusals",     "schema", "spaces",        "system_calls", "ticks",
                    "tlb_flushes", "variant",      "widens"});
  CHECK(report["schema"] == "hopscotch-statistics-1");
  CHECK(report["command"] == json::array({"/bin/busybox", "true"}));
  CHECK(report["variant"].size() == asx::variant_flags().size());
  CHECK(report["variant"]["frames"] == 120);
  CHECK(report["variant"]["save"] == "callee");
  CHECK(report["end"] == "exit");
  CHECK(report["exit_status"] == 3);
  CHECK(report["instructions"] == 1'234'567);
  CHECK(report["events"] == json::array({{{"vector", 14}, {"name", "page fault"}, {"count", 5}},
                                         {{"vector", 32}, {"name", "timer interrupt"}, {"count", 3}}}));
  CHECK(report["spaces"][0] ==
        json({{"id", 1}, {"generation", 0}, {"name", "kernel"}, {"kinds", {"code", "stack", "privileged"}}}));
}

TEST_CASE("with several CPUs both reports say what each did") {
  emu::Statistics statistics = sample();
  statistics.cpus.resize(2);
  CHECK(json::parse(emu::statistics_json(statistics, facts()))["cpus"].size() == 2);
  statistics.cpus[1].instructions = 1234;
  statistics.cpus[1].turns = 5;
  statistics.cpus[1].gate_calls = 6;
  statistics.cpus[1].gate_returns = 7;
  statistics.cpus[1].system_calls = 8;
  statistics.cpus[1].kernel_entries = 9;
  statistics.cpus[1].interrupts = 10;
  statistics.cpus[1].tlb_flushes = 11;
  CHECK(json::parse(emu::statistics_json(statistics, facts()))["cpus"][1] == json({{"instructions", 1234},
                                                                                   {"turns", 5},
                                                                                   {"gate_calls", 6},
                                                                                   {"gate_returns", 7},
                                                                                   {"system_calls", 8},
                                                                                   {"kernel_entries", 9},
                                                                                   {"interrupts", 10},
                                                                                   {"tlb_flushes", 11}}));
  const std::string text = emu::statistics_text(statistics, facts());
  CHECK(text.find("CPU  instructions  turns  gate calls  kernel entries  interrupts") != std::string::npos);
  CHECK(text.find("  1         1,234      5           6               9          10") != std::string::npos);
  statistics.cpus.resize(1);
  CHECK_FALSE(json::parse(emu::statistics_json(statistics, facts())).contains("cpus"));
  CHECK(emu::statistics_text(statistics, facts()).find("CPUs") == std::string::npos);
}

TEST_CASE("hops are in order of their number, then of their ends") {
  const json report = json::parse(emu::statistics_json(sample(), facts()));
  CHECK(report["hops"] == json::array({{{"from", 0}, {"to", 4}, {"gate", 0}, {"count", 30}},
                                       {{"from", 1}, {"to", 0}, {"gate", 1}, {"count", 10}},
                                       {{"from", 1}, {"to", 0}, {"gate", 2}, {"count", 10}}}));
}

TEST_CASE("the JSON report does not depend on the host's time") {
  emu::Statistics slow = sample();
  slow.host = {};
  slow.host.engine_entries = 17;
  CHECK(emu::statistics_json(sample(), facts()) == emu::statistics_json(slow, facts()));
}

TEST_CASE("arguments that are no UTF-8 still give valid JSON") {
  emu::RunFacts odd = facts();
  odd.command.push_back("\xff\xfe\"\n");
  CHECK(json::parse(emu::statistics_json(sample(), odd))["command"][2] == "\xef\xbf\xbd\xef\xbf\xbd\"\n");
}

TEST_CASE("the text report names spaces, hops and events") {
  CHECK(emu::statistics_text(sample(), facts()) == R"(hop: statistics of /bin/busybox true
  ended: exit, exit status 3; Unicorn 9.9.9; variant )" +
                                                       asx::to_line({}) +
                                                       R"(

  instructions    1,234,567
  clock           2,000,000  ticks
  gate calls             42  7 of them by syscall
  gate returns            0
  kernel entries          9  from code without privilege, by call or event
  narrow, widen           0  and 0
  refusals                0  ASX instructions that failed a check
  events                  8  3 of them interrupts
  TLB fills               0  after 0 flushes
  host time           1.500  seconds, 0.500 of them waiting
  speed                 1.2  million instructions a second

events
  5  page fault
  3  timer interrupt

spaces that code ran from or stacks lay in
  id  generation  space      kind
   1           0  kernel     code stack privileged
   4           0  busybox    code
   5           0  stack#5    stack
   6           2  stack#6.2  stack
   9           0  space 9    code

hops
  hops  from         to       gate
    30  kernel   ->  space 9     0
    10  busybox  ->  kernel      1
    10  busybox  ->  kernel      2
)");
}

TEST_CASE("a run that did nothing has a report without tables") {
  const std::string text = emu::statistics_text({}, facts());
  CHECK(text.find("hops\n") == std::string::npos);
  CHECK(text.find("speed                -") == std::string::npos);
  CHECK(text.find("million instructions a second") != std::string::npos);
}

TEST_CASE("the JSON report has the modelled counters if memory was modelled, in the order of their table") {
  emu::Statistics statistics = sample();
  for (const bool is_modelled : {false, true}) {
    statistics.is_modelled = is_modelled;
    const auto report = nlohmann::ordered_json::parse(emu::statistics_json(statistics, facts()));
    std::vector<std::string> names, expected;
    for (const auto& item : report["counters"].items()) names.push_back(item.key());
    for (const emu::CounterRow& row : emu::counter_rows()) {
      if (is_modelled || row.kind == emu::CounterKind::Counted) expected.emplace_back(row.name);
    }
    CHECK(names == expected);
    CHECK(report["counters"].contains("load_misses") == is_modelled);
  }
}

TEST_CASE("the JSON report with a cost table names it, its sources, and the cycles of each counter and in total") {
  emu::Statistics statistics = sample();
  statistics.is_modelled = true;
  statistics.counters.instructions = 1000;
  statistics.counters.frame_bytes = 256;
  statistics.counters.service_calls = 2;
  const emu::CostTable table = emu::load_cost_table("xpc-optimistic").value();
  emu::RunFacts with_costs = facts();
  with_costs.costs = &table;
  const json report = json::parse(emu::statistics_json(statistics, with_costs));
  const json& costs = report["costs"];
  std::vector<std::string> keys;
  for (const auto& item : costs.items()) keys.push_back(item.key());
  CHECK(keys == std::vector<std::string>{"cycles", "lines", "sources", "table", "title"});
  CHECK(costs["table"] == "xpc-optimistic");
  CHECK(costs["cycles"] == 1043.936);
  CHECK(costs["lines"].size() == emu::counter_rows().size());
  CHECK(costs["lines"][0] == json({{"counter", "instructions"},
                                   {"count", 1000},
                                   {"cycles_each", 1},
                                   {"cycles", 1000},
                                   {"what", "one instruction a cycle"},
                                   {"source", "assumption"}}));
  CHECK(costs["sources"].size() == table.sources.size());
}

TEST_CASE("the text report shows the modelled TLB and the costs with their sources") {
  emu::Statistics statistics = sample();
  statistics.is_modelled = true;
  statistics.counters.instructions = 1000;
  statistics.counters.loads = 400;
  statistics.counters.load_misses = 1;
  emu::CostTable table = emu::load_cost_table("unit").value();
  emu::RunFacts with_costs = facts();
  with_costs.costs = &table;
  with_costs.variant.tlb = asx::TlbKind::Untagged;
  const std::string text = emu::statistics_text(statistics, with_costs);
  CHECK(text.find(R"(
memory, with a TLB for instructions and one for data (untagged, 64 entries, 4 ways each)
  loads         400
  stores          0
  fetch misses    0  0.00 % of the instructions
  load misses     1  0.25 % of the loads
  store misses    0  - of the stores
  walk steps      0  page-table entries read
  list entries    0  access-list entries read
  flushes         0

costs by the table unit: every counter costs 1
  counter       count  cycles each  cycles    share  source
  instructions  1,000            1   1,000  71.38 %  definition
  loads           400            1     400  28.55 %  definition
  load_misses       1            1       1   0.07 %  definition
  total                              1,401

  sources
    definition: one of anything costs one cycle
)") != std::string::npos);
}
