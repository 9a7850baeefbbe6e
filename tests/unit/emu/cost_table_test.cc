// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/costs/cost_table.h"

#include <catch2/catch_test_macros.hpp>
#include <set>

#include "emu/costs/cost_report.h"

using emu::CostTable;
using emu::Counters;

namespace {

CostTable builtin(const std::string& name) {
  auto table = emu::load_cost_table(name);
  REQUIRE(table);
  return table.value();
}

/// The unit table with the first `from` replaced.
std::string changed(const std::string& from, const std::string& to) {
  std::string text = emu::find_cost_table("unit").value();
  const size_t place = text.find(from);
  REQUIRE(place != std::string::npos);
  return text.replace(place, from.size(), to);
}

std::string mistake_in(const std::string& text) {
  const auto table = emu::read_cost_table(text);
  REQUIRE_FALSE(table);
  return table.error();
}

}  // namespace

TEST_CASE("the tables that come with the program are good, and each price names one of the sources") {
  std::set<std::string> names;
  for (const std::string_view text : emu::builtin_cost_tables()) {
    auto table = emu::read_cost_table(text);
    INFO((table ? table.value().name : table.error()));
    REQUIRE(table);
    names.insert(table.value().name);
    CHECK(table.value().prices.size() == emu::counter_rows().size());
  }
  CHECK(names == std::set<std::string>{"unit", "sel4-skylake", "skybridge-skylake", "xpc-optimistic"});
}

TEST_CASE("every source of a table that comes with the program is used") {
  for (const std::string_view text : emu::builtin_cost_tables()) {
    const CostTable table = emu::read_cost_table(text).value();
    std::set<std::string> used;
    for (const emu::Price& price : table.prices) used.insert(price.source);
    for (const emu::CostSource& source : table.sources) {
      INFO(table.name + " " + source.key);
      CHECK(used.contains(source.key));
    }
  }
}

TEST_CASE("by the unit table a run costs the sum of its counters") {
  Counters counters;
  uint64_t sum = 0;
  for (const emu::CounterRow& row : emu::counter_rows()) {
    counters.*row.field = 10 + sum;
    sum += counters.*row.field;
  }
  const emu::CostReport report = emu::price_counters(counters, builtin("unit"));
  CHECK(report.millicycles == sum * 1000);
  CHECK(report.lines.size() == emu::counter_rows().size());
}

TEST_CASE("prices may have three decimals") {
  const std::string row = "\"loads\": {\"cycles\": 1,";
  const CostTable table = emu::read_cost_table(changed(row, "\"loads\": {\"cycles\": 0.125,")).value();
  Counters counters;
  counters.loads = 3;
  CHECK(emu::price_counters(counters, table).millicycles == 375);
  CHECK(mistake_in(changed(row, "\"loads\": {\"cycles\": 0.0005,")) ==
        "has 0.0005 cycles for 'loads'; a cost has at most three decimals and is at most 1000000000");
}

TEST_CASE("a cost beyond all numbers stays the greatest number") {
  const CostTable table =
      emu::read_cost_table(changed("\"loads\": {\"cycles\": 1,", "\"loads\": {\"cycles\": 1e9,")).value();
  Counters counters;
  counters.loads = uint64_t{1} << 60;
  CHECK(emu::price_counters(counters, table).millicycles == ~uint64_t{0});
}

TEST_CASE("what is wrong with a cost table is one sentence") {
  const std::string loads = "\"loads\": {\"cycles\": 1, \"what\": \"definition\", \"source\": \"definition\"}";
  CHECK(mistake_in("") == "is no JSON (line 1)");
  CHECK(mistake_in("{\n  \"schema\": \n}") == "is no JSON (line 3)");
  CHECK(mistake_in("[]") == "is no JSON object");
  CHECK(mistake_in("{}") == "has no 'schema' at the top");
  CHECK(mistake_in(changed("hopscotch-costs-1", "hopscotch-costs-9")) ==
        "has the schema 'hopscotch-costs-9'; this program reads 'hopscotch-costs-1'");
  CHECK(mistake_in(changed("\"about\"", "\"abuot\"")) ==
        "has an unknown key 'abuot' at the top; known are schema, name, title, about, sources, costs");
  CHECK(mistake_in(changed(loads + ",", "")) ==
        "has no cost for 'loads'; give one to every counter, 0 if it is to cost nothing");
  CHECK(mistake_in(changed("\"loads\":", "\"lods\":")) ==
        "has a cost for 'lods', which is no counter; 'hop costs counters' lists them");
  CHECK(mistake_in(changed("\"loads\": {\"cycles\": 1", "\"loads\": {\"cycles\": -1")) ==
        "has a negative cost for 'loads'; costs are 0 or more cycles");
  CHECK(mistake_in(changed("\"loads\": {\"cycles\": 1", "\"loads\": {\"cycles\": \"1\"")) ==
        "needs a number for the cycles of 'loads'");
  CHECK(mistake_in(changed(loads, "\"loads\": 1")) == "needs an object for 'loads'");
  CHECK(mistake_in(changed(loads, loads + ", " + loads)) == "has 'loads' twice; leave one out");
  CHECK(mistake_in(changed(loads, "\"loads\": {\"cycles\": 1, \"what\": \"a guess\", \"source\": \"me\"}")) ==
        "has no 'me' among its sources, which 'loads' names");
  CHECK(mistake_in(changed(loads, "\"loads\": {\"cycles\": 1, \"what\": \"\", \"source\": \"definition\"}")) ==
        "needs a text for 'what' for 'loads'");
}

TEST_CASE("a name that is neither a table nor a file is answered with the names of the tables") {
  CHECK(emu::load_cost_table("nosuch").error() ==
        "there is no cost table 'nosuch', and no file of that name; tables are unit, sel4-skylake, skybridge-skylake, "
        "xpc-optimistic");
  CHECK(emu::load_cost_table("./nosuch.json").error() == "--costs=./nosuch.json: the file cannot be read");
}
