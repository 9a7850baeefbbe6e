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

TEST_CASE("hop lab linux-costs: each system call costs something, and only a wait or new memory enters the kernel") {
  const auto tables = report_of("linux-costs")["tables"];
  REQUIRE(tables["costs"].size() == 5);
  for (const auto& row : tables["costs"]) {
    INFO(row.dump());
    CHECK(row["instructions"] > 100);
    CHECK(row["hops"] >= 1);
  }
  CHECK(tables["costs"][0]["kernel_entries"] == 0.0);  // getppid
  CHECK(tables["costs"][1]["kernel_entries"] >= 4);    // each of four waits or wakes
  CHECK(tables["costs"][4]["kernel_entries"] == 0.0);  // open and close
  CHECK(tables["host"].size() == 5);
}
