// SPDX-License-Identifier: GPL-2.0-or-later
// hop lab requirements: the kernel's own tests of what threads that migrate between spaces must survive, run now.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "emu/lab/lab.h"
#include "emu/lab/native_run.h"

// Made by the build from the ELF files (emu/image/embed.cmake).
#define HOP_GUESTS(GUEST) GUEST(faults) GUEST(dying) GUEST(threads) GUEST(selectors) GUEST(requests) GUEST(scheduling)
extern "C" {
#define GUEST(name) extern const std::byte hop_image_kernel_##name##_guest[], hop_image_kernel_##name##_guest_end[];
HOP_GUESTS(GUEST)
#undef GUEST
}

namespace emu::lab {
namespace {

struct Guest {
  std::string_view name;
  std::span<const std::byte> elf;
};

const std::vector<Guest>& guests() {
  static const std::vector<Guest> list = {
#define GUEST(name) {#name, {hop_image_kernel_##name##_guest, hop_image_kernel_##name##_guest_end}},
      HOP_GUESTS(GUEST)
#undef GUEST
  };
  return list;
}

struct Requirement {
  std::string_view key, text;
};
constexpr std::array<Requirement, 10> kRequirements = {{
    {"K1", "a fault deep in a chain pops one frame, or is recovered from"},
    {"K2", "a thread can be called back"},
    {"K3", "a server dies with threads inside"},
    {"K4", "exhausted stacks fail in the caller"},
    {"K5", "preemption, priority, ceiling and budget go with the thread"},
    {"K6", "a callee that never returns costs no more than a deadline"},
    {"K7", "no lock is lost with the thread that holds it"},
    {"K8", "frames of others are opaque"},
    {"K9", "a caller's selector is checked in the caller's set"},
    {"K10", "thread-local storage comes with the stack"},
}};

/// How the tests of one requirement ended.
struct Tally {
  unsigned tests = 0, runs = 0, failures = 0;
  uint64_t deepest = 0;
  std::string failed;
};

/// A line of a guest's log: "pass: K1: sentence [deepest 88]".
void read_line(const std::string& line, std::array<Tally, kRequirements.size()>& tallies, bool is_first_run) {
  const bool has_passed = line.starts_with("pass: ");
  if (!has_passed && !line.starts_with("FAIL: ")) return;
  const std::string sentence = line.substr(6);
  for (size_t i = 0; i < kRequirements.size(); ++i) {
    if (!sentence.starts_with(std::string(kRequirements[i].key) + ": ")) continue;
    Tally& tally = tallies[i];
    tally.tests += is_first_run;
    ++tally.runs;
    tally.failures += !has_passed;
    if (!has_passed) tally.failed = sentence;
    constexpr std::string_view kMark = " [deepest ";
    const size_t depth = sentence.rfind(kMark);
    if (depth == std::string::npos) continue;
    tally.deepest = std::max<uint64_t>(tally.deepest, std::strtoull(&sentence[depth + kMark.size()], nullptr, 10));
  }
}

}  // namespace

Result<Report> requirements() {
  Report report;
  report.introduction =
      "What threads that hop between address spaces must survive (kernel/README.md), each as tests that run on the\n"
      "machine now: on one CPU, and on 2, 4 and 8 that take turns by a seed. Most run at several depths of calls:\n"
      "1, 2 and the deepest possible, which is in the table (tests need a few frames of the secure stack "
      "themselves).\n";
  report.passes = true;
  std::array<Tally, kRequirements.size()> tallies;
  for (const uint32_t cpus : {1u, 2u, 4u, 8u}) {
    for (const Guest& guest : guests()) {
      // in what order equal threads run is a matter of one CPU
      if (cpus != 1 && guest.name == "scheduling") continue;
      Result<NativeOutcome> outcome =
          run_native({.name = std::string(guest.name), .elf = guest.elf, .cpus = cpus, .schedule_seed = cpus});
      if (!outcome) return Error{outcome.error()};
      std::istringstream log(outcome.value().errors);
      for (std::string line; std::getline(log, line);) read_line(line, tallies, cpus == 1);
      if (outcome.value().result.reason != EndReason::PowerOff) {
        report.remarks.push_back(
            fmt::format("{} on {} CPUs did not end: {}", guest.name, cpus, outcome.value().result.detail));
        report.passes = false;
      }
    }
  }
  Table table{"requirements", {"key", "requirement", "tests", "runs", "deepest", "CPUs", "result"}, {}};
  for (size_t i = 0; i < kRequirements.size(); ++i) {
    const Tally& tally = tallies[i];
    const bool holds = tally.tests != 0 && tally.failures == 0;
    const bool is_on_several = tally.runs > tally.tests;
    table.rows.push_back({kRequirements[i].key, kRequirements[i].text, tally.tests, tally.runs, tally.deepest,
                          is_on_several ? "1 2 4 8" : "1",
                          holds              ? "holds"
                          : tally.tests == 0 ? "NOT TESTED"
                                             : "FAILS: " + tally.failed});
    report.passes = report.passes && holds;
  }
  report.tables = {std::move(table)};
  return report;
}

}  // namespace emu::lab
