// SPDX-License-Identifier: GPL-2.0-or-later
// The modelled TLB and the cost tables, on whole runs.
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "tests/system/hop_command.h"

using nlohmann::json;
using test::run_hop;

namespace {

const std::vector<std::string> kProgram = {
    "/bin/busybox", "sh", "-c", "i=0; while [ $i -lt 50 ]; do i=$((i+1)); done; echo $i; sort \"$0\"", "/etc/passwd"};

test::Outcome run(std::vector<std::string> flags) {
  flags.insert(flags.begin(), {"run", "--quiet"});
  flags.insert(flags.end(), kProgram.begin(), kProgram.end());
  return run_hop(flags);
}

json report_of(std::vector<std::string> flags) {
  flags.push_back("--stats=json");
  const test::Outcome outcome = run(flags);
  REQUIRE(outcome.status == 0);
  return json::parse(outcome.errors);
}

uint64_t misses(const json& report) {
  const json& counters = report["counters"];
  return counters["fetch_misses"].get<uint64_t>() + counters["load_misses"].get<uint64_t>() +
         counters["store_misses"].get<uint64_t>();
}

}  // namespace

TEST_CASE("by the unit table a whole run costs the sum of its counters") {
  const json report = report_of({"--costs=unit"});
  uint64_t sum = 0;
  for (const auto& count : report["counters"]) sum += count.get<uint64_t>();
  CHECK(report["costs"]["cycles"] == sum);
  CHECK(report["counters"]["instructions"] == report["instructions"]);
  CHECK(report["counters"]["loads"].get<uint64_t>() > 0);
  CHECK(report["counters"]["stores"].get<uint64_t>() > 0);
  CHECK(report["counters"]["string_bytes"].get<uint64_t>() > 0);
  uint64_t lines = 0;
  for (const auto& line : report["costs"]["lines"]) lines += line["cycles"].get<uint64_t>();
  CHECK(lines == sum);
}

TEST_CASE("calls, returns and events are counted once, whichever way they are looked at") {
  const json report = report_of({"--costs=unit"});
  const json& c = report["counters"];
  const auto number = [&](const char* name) { return c[name].get<uint64_t>(); };
  CHECK(number("service_calls") + number("kernel_calls") == report["gate_calls"]);
  CHECK(number("service_returns") + number("kernel_returns") == report["gate_returns"]);
  uint64_t events = 0;
  for (const auto& event : report["events"]) events += event["count"].get<uint64_t>();
  CHECK(number("page_faults") + number("address_space_faults") + number("other_exceptions") + number("interrupts") ==
        events);
  const uint64_t frames = report["gate_calls"].get<uint64_t>() + report["gate_returns"].get<uint64_t>() + events +
                          report["event_returns"].get<uint64_t>() + 2 * number("narrows");
  CHECK(number("frame_bytes") == 256 * frames);
  uint64_t hops_into_kernel = 0;
  for (const auto& hop : report["hops"]) {
    if (report["spaces"][hop["to"].get<size_t>()]["name"] == "kernel") hops_into_kernel += hop["count"].get<uint64_t>();
  }
  CHECK(number("kernel_calls") == hops_into_kernel);
  CHECK(report["kernel_entries"] == hops_into_kernel + events);
}

TEST_CASE(
    "the same program misses a tagged TLB less often than an untagged one, and a large one less than a small one") {
  const json tagged = report_of({"--tlb=tagged"});
  const json untagged = report_of({"--tlb=untagged"});
  CHECK(2 * misses(tagged) < misses(untagged));
  CHECK(untagged["counters"]["tlb_flushes"].get<uint64_t>() > tagged["gate_calls"].get<uint64_t>());
  CHECK(misses(report_of({"--tlb-entries=2048"})) < misses(tagged));
  CHECK(misses(report_of({"--tlb-entries=8", "--tlb-ways=8"})) > misses(tagged));
  // what the program does is the same
  for (const char* name : {"instructions", "loads", "stores", "service_calls", "page_faults", "first_touches"}) {
    CHECK(tagged["counters"][name] == untagged["counters"][name]);
  }
}

TEST_CASE("modelled counts are the same on every run, byte for byte") {
  for (const std::vector<std::string>& flags :
       {std::vector<std::string>{"--tlb=tagged", "--costs=sel4-skylake", "--stats=json"},
        {"--tlb=untagged", "--tlb-entries=16", "--costs=xpc-optimistic", "--stats=json", "--preempt-every=5003"}}) {
    const test::Outcome first = run(flags), second = run(flags);
    CHECK(first.output == second.output);
    CHECK(first.errors == second.errors);
  }
}

TEST_CASE("modelling memory changes nothing but the report") {
  for (const char* quantum : {"--preempt-every=997", "--preempt-every=20011", "--preempt-every=5000000"}) {
    const test::Outcome plain = run({"--stats=json", quantum});
    const test::Outcome modelled = run({"--stats=json", "--tlb=tagged", quantum});
    INFO(quantum);
    CHECK(plain.output == modelled.output);
    json counts = json::parse(plain.errors), modelled_counts = json::parse(modelled.errors);
    CHECK(modelled_counts["counters"].size() > counts["counters"].size());
    for (const auto& counter : counts["counters"].items()) {
      INFO(counter.key());
      CHECK(counter.value() == modelled_counts["counters"][counter.key()]);
    }
    // the engine itself flushes for a page with many names
    for (json* each : {&counts, &modelled_counts}) {
      each->erase("counters");
      each->erase("tlb_flushes");
    }
    CHECK(counts == modelled_counts);
  }
}

TEST_CASE("a table of the user's own is used as it stands") {
  const test::Outcome outcome = test::run_shell(
      "\"$HOP\" costs show unit | sed 's/\"service_calls\": {\"cycles\": 1/\"service_calls\": {\"cycles\": 1000/; "
      "s/\"name\": \"unit\"/\"name\": \"mine\"/' > costs-test.json && \"$HOP\" run --quiet --stats=json "
      "--costs=costs-test.json /bin/busybox true; rm costs-test.json");
  REQUIRE(outcome.status == 0);
  const json report = json::parse(outcome.errors);
  uint64_t sum = 0;
  for (const auto& count : report["counters"]) sum += count.get<uint64_t>();
  CHECK(report["costs"]["table"] == "mine");
  CHECK(report["costs"]["cycles"] == sum + 999 * report["counters"]["service_calls"].get<uint64_t>());
}
