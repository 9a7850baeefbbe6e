// SPDX-License-Identifier: GPL-2.0-or-later
// hop lab linux-costs: what system calls of Linux programs cost here, beside Linux on another emulated machine.
#include <fmt/format.h>

#include <algorithm>

#include "emu/engine/bare_hop.h"
#include "emu/lab/measure.h"

extern "C" {
extern const std::byte hop_image_linux_costs[], hop_image_linux_costs_end[];
}

namespace emu::lab {
namespace {

/// A thing that userland/programs/linux_costs.cc does.
struct Task {
  char letter;
  std::string_view what;
  uint64_t times;
  double target;  ///< in bare hops; 0: none
};
constexpr Task kTasks[] = {
    {'g', "getppid", 20'000, 8},
    {'p', "a byte through a pipe to another task, and one back", 1'000, 30},
    {'f', "fork, execve of a small program, its end, wait4", 100, 0},
    {'r', "read of 1 MiB of a file in memory", 20, 0},
    {'o', "open and close", 2'000, 0},
};
constexpr uint64_t kHops = 300'000;
constexpr int kRounds = 3;  ///< of which the quickest counts, for the host's time

Result<Statistics> run_task(char letter, uint64_t times, bool model_memory) {
  Result<NativeOutcome> outcome = run_well({.name = fmt::format("linux_costs {} {}", letter, times),
                                            .elf = {hop_image_linux_costs, hop_image_linux_costs_end},
                                            .limit = 10'000'000'000,
                                            .model_memory = model_memory,
                                            .linux_arguments = {std::string(1, letter), std::to_string(times)}});
  if (!outcome) return Error{outcome.error()};
  return outcome.value().statistics;
}

/// The host's time of the quickest of some runs, in nanoseconds.
Result<double> host_time(char letter, uint64_t times) {
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    Result<Statistics> run = run_task(letter, times, false);
    if (!run) return Error{run.error()};
    const double taken = run.value().host.seconds * 1e9;
    best = round == 0 ? taken : std::min(best, taken);
  }
  return best;
}

}  // namespace

Result<Report> linux_costs() {
  Report report;
  report.introduction =
      "What one of each costs: the difference of two runs of one Linux program, which does it many times and not at\n"
      "all, divided by how many. Instructions are the guest's: program, personality, files and kernel. Hops are gate\n"
      "calls; those into the kernel are entries, as faults and interrupts are. Host time is that of this computer,\n"
      "the quickest of three runs, and in bare hops: the least that the engine needs to leave the guest, flush and go "
      "on.\n";
  Result<double> bare = measure_bare_hop(kHops);
  if (!bare) return Error{bare.error()};
  Result<std::vector<CostTable>> tables = cost_tables();
  if (!tables) return Error{tables.error()};
  Table costs{"costs", {"what", "instructions", "hops", "kernel entries"}, {}};
  for (const CostTable& table : tables.value()) costs.columns.push_back("cycles " + table.name);
  Table host{"host", {"what", "microseconds", "bare hops", "target"}, {}};
  for (const Task& task : kTasks) {
    Result<Statistics> none = run_task(task.letter, 0, true);
    if (!none) return Error{none.error()};
    Result<Statistics> many = run_task(task.letter, task.times, true);
    if (!many) return Error{many.error()};
    const Statistics &before = none.value(), &after = many.value();
    std::vector<nlohmann::ordered_json> row = {task.what, each(after.instructions, before.instructions, task.times),
                                               each(after.gate_calls, before.gate_calls, task.times),
                                               each(after.kernel_entries, before.kernel_entries, task.times)};
    for (auto& cell : cycles_of_each(after, before, task.times, tables.value())) row.push_back(std::move(cell));
    costs.rows.push_back(std::move(row));
    Result<double> idle = host_time(task.letter, 0);
    if (!idle) return Error{idle.error()};
    Result<double> busy = host_time(task.letter, task.times);
    if (!busy) return Error{busy.error()};
    const double nanoseconds = (busy.value() - idle.value()) / static_cast<double>(task.times);
    host.rows.push_back({task.what, tenths(nanoseconds / 1000), tenths(nanoseconds / bare.value()),
                         task.target == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(task.target)});
  }
  Table published{"published",
                  {"what", "microseconds", "source"},
                  {{"getppid", "0.47 to 1.0", "Linux 6.1 under qemu-system-x86_64 TCG, on two other computers"},
                   {"pipe round trip", "60 to 132", "the same"},
                   {"futex round trip", "53 to 103", "the same"}}};
  report.tables = {std::move(costs), std::move(host), std::move(published)};
  report.remarks = {fmt::format("A bare hop takes {:.2f} microseconds here.", bare.value() / 1000),
                    "It passes if everything could be measured: times of the host decide nothing."};
  report.passes = true;
  return report;
}

}  // namespace emu::lab
