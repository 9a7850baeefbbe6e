// SPDX-License-Identifier: GPL-2.0-or-later
// hop lab conformance, as its user sees it.
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/system/hop_command.h"

TEST_CASE("hop lab conformance observes in every cell what was predicted, and no program that runs differently") {
  const test::Outcome outcome = test::run_hop({"lab", "conformance", "--json"});
  REQUIRE(outcome.status == 0);
  CHECK(outcome.output.ends_with("\"pass\": true\n}\n"));
  const auto report = nlohmann::json::parse(outcome.output);
  std::map<std::string, uint64_t> cells;
  for (const auto& row : report["tables"]["outcomes"]) {
    INFO(row.dump());
    CHECK(row["oracle"] == row["predicted"]);
    CHECK(row["model"] == row["predicted"]);
    if (row["use"] != "widen") CHECK(row["engine"] == row["predicted"]);
    cells[row["product"]] += row["predicted"].get<uint64_t>();
  }
  CHECK(cells == std::map<std::string, uint64_t>{{"selectors", 6048}, {"pages", 144}, {"returns", 512}});
  for (const auto& row : report["tables"]["fuzzer"]) CHECK(row["programs"] == row["without_difference"]);
  CHECK(report["tables"]["fuzzer"][0]["steps"].get<uint64_t>() >= 1'000'000);
}
