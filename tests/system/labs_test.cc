// SPDX-License-Identifier: GPL-2.0-or-later
// The labs that measure the kernel, as a user has them.
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "tests/system/hop_command.h"

namespace {

nlohmann::json report_of(const char* lab) {
  const test::Outcome outcome = test::run_hop({"lab", lab, "--json"});
  INFO(outcome.output << outcome.errors);
  CHECK(outcome.status == 0);
  CHECK(outcome.output.ends_with("\"pass\": true\n}\n"));
  return nlohmann::json::parse(outcome.output);
}

}  // namespace

TEST_CASE("hop lab crossing: without the kernel where several spaces are usable, twice by the kernel where one is") {
  const auto rows = report_of("crossing")["tables"]["calls"];
  REQUIRE(rows.size() == 2);
  CHECK(rows[0]["kernel_entries"] == 0.0);
  CHECK(rows[1]["kernel_entries"] == 2.0);
  CHECK(rows[1]["instructions"] > rows[0]["instructions"]);
}

TEST_CASE("hop lab kernel-costs: a null call takes a few instructions, and what the kernel does is counted") {
  const auto tables = report_of("kernel-costs")["tables"];
  CHECK(tables["costs"][0]["instructions"] <= 40);
  for (size_t i = 1; i < tables["costs"].size(); ++i) {
    INFO(tables["costs"][i].dump());
    CHECK(tables["costs"][i]["kernel_entries"] >= 1);
    CHECK(tables["costs"][i]["instructions"] > 100);
  }
  CHECK(tables["memory"][0]["bytes"] > 40'000);
  CHECK(tables["memory"][1]["bytes"] == 0);
}
