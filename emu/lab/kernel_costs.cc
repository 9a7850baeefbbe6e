// SPDX-License-Identifier: GPL-2.0-or-later
// hop lab kernel-costs: what the kernel's services cost, beside what has been published of other systems.
#include <fmt/format.h>

#include "emu/lab/measure.h"

extern "C" {
extern const std::byte hop_image_kernel_costs[], hop_image_kernel_costs_end[];
extern const std::byte hop_image_null_call_0[], hop_image_null_call_0_end[];
extern const std::byte hop_image_null_call_1000[], hop_image_null_call_1000_end[];
}

namespace emu::lab {
namespace {

/// A thing that userland/programs/kernel_costs.cc does.
struct Task {
  char letter;
  std::string_view what;
  uint64_t times;
};
constexpr Task kTasks[] = {
    {'k', "a kernel call that does nothing", 1000},
    {'t', "a thread: create, drop its selector, let it run and end", 200},
    {'i', "an interrupt: to the driver's new thread, served, and back", 200},
    {'p', "first touch of a page", 500},
    {'P', "a page from a pager: fault, hop, supply, back", 500},
    {'s', "share a page", 200},
    {'S', "share 1 MiB", 20},
    {'m', "move a page", 200},
    {'M', "move 1 MiB", 20},
    {'c', "copy a page at the first write: the call", 200},
    {'C', "copy 1 MiB at the first write: the call", 20},
};
constexpr uint64_t kNullCalls = 1000;
constexpr uint64_t kCallTarget = 40;  ///< instructions of a null call with its return, at most
constexpr uint64_t kWaiters = 60;
constexpr uint64_t kCreations = 200;

struct Published {
  std::string_view system, what, figure, source;
};
constexpr Published kPublished[] = {
    {"Mach, migrating threads", "null call and return, kernel's path", "213 instructions",
     "Ford, Lepreau: Evolving Mach 3.0 to a migrating thread model, USENIX 1994"},
    {"Tornado and K42", "protected procedure call", "377 instructions",
     "Gamsa et al.: Tornado, OSDI 1999 (MIPS R4400; 695 cycles)"},
    {"seL4, Skylake", "call, one way", "718 cycles",
     "sel4.systems, benchmarks (i7-6700, without mitigation of Meltdown)"},
    {"XPC", "xcall into another space", "21 cycles", "Du et al.: XPC, ISCA 2019 (Rocket core)"},
};

using Image = std::span<const std::byte>;

Result<NativeOutcome> run_program(std::string_view name, Image elf, std::string data) {
  return run_well({.name = std::string(name), .elf = elf, .model_memory = true, .data = std::move(data)});
}

Result<NativeOutcome> do_task(char letter, uint64_t times) {
  return run_program("kernel_costs", {hop_image_kernel_costs, hop_image_kernel_costs_end},
                     fmt::format("{}{}\n", letter, times));
}

/// A row: what one of `times` things costs, given runs with and without them.
std::vector<nlohmann::ordered_json> row_of(std::string_view what, const Statistics& without, const Statistics& with,
                                           uint64_t times, std::span<const CostTable> tables) {
  std::vector<nlohmann::ordered_json> row = {what, each(with.instructions, without.instructions, times),
                                             each(with.kernel_entries, without.kernel_entries, times)};
  for (auto& cell : cycles_of_each(with, without, times, tables)) row.push_back(std::move(cell));
  return row;
}

/// The number that the program says in the log, behind a word.
Result<uint64_t> said(char letter, uint64_t times, std::string_view word) {
  Result<NativeOutcome> outcome = do_task(letter, times);
  if (!outcome) return Error{outcome.error()};
  const std::string& log = outcome.value().errors;
  const size_t at = log.find(word);
  if (at == std::string::npos) return Error{fmt::format("kernel_costs does not say \"{}\"", word)};
  return std::strtoull(&log[at + word.size()], nullptr, 10);
}

Result<uint64_t> free_with_waiters(uint64_t waiters) {
  return said('w', waiters, "free ");
}

Result<Table> memory_table() {
  Result<uint64_t> none = free_with_waiters(0);
  if (!none) return Error{none.error()};
  Result<uint64_t> all = free_with_waiters(kWaiters);
  if (!all) return Error{all.error()};
  return Table{"memory",
               {"of the kernel, for", "bytes"},
               {{"a thread that waits", (none.value() - all.value()) / kWaiters},
                {"a request that waits in a driver whose thread has ended", uint64_t{0}}}};
}

}  // namespace

Result<Report> kernel_costs() {
  Report report;
  report.introduction =
      "What one of each costs: the difference of two runs of one program, which do it many times and not at all,\n"
      "divided by how many. Instructions are the guest's, programs and kernel together; cycles are counts times the\n"
      "prices of a cost table (hop costs list), whose caches and pipelines are those of the hardware it is from.\n";
  Result<std::vector<CostTable>> tables = cost_tables();
  if (!tables) return Error{tables.error()};
  Table costs{"costs", {"what", "instructions", "kernel entries"}, {}};
  for (const CostTable& table : tables.value()) costs.columns.push_back("cycles " + table.name);

  Result<NativeOutcome> without = run_program("null_call_0", {hop_image_null_call_0, hop_image_null_call_0_end}, "");
  if (!without) return Error{without.error()};
  Result<NativeOutcome> with =
      run_program("null_call_1000", {hop_image_null_call_1000, hop_image_null_call_1000_end}, "");
  if (!with) return Error{with.error()};
  const Statistics &before = without.value().statistics, &after = with.value().statistics;
  costs.rows.push_back(
      row_of("a gate call that does nothing, and its return", before, after, kNullCalls, tables.value()));
  report.passes = after.instructions - before.instructions <= kCallTarget * kNullCalls &&
                  after.kernel_entries == before.kernel_entries;

  for (const Task& task : kTasks) {
    Result<NativeOutcome> none = do_task(task.letter, 0);
    if (!none) return Error{none.error()};
    Result<NativeOutcome> many = do_task(task.letter, task.times);
    if (!many) return Error{many.error()};
    costs.rows.push_back(
        row_of(task.what, none.value().statistics, many.value().statistics, task.times, tables.value()));
  }
  Result<uint64_t> creation = said('T', kCreations, "ticks ");
  if (!creation) return Error{creation.error()};
  Table parts{"parts", {"of these, one call", "instructions"}, {{"thread_create into a gate", creation.value()}}};
  Result<Table> memory = memory_table();
  if (!memory) return Error{memory.error()};
  Table published{"published", {"system", "what", "figure", "source"}, {}};
  for (const Published& row : kPublished) published.rows.push_back({row.system, row.what, row.figure, row.source});
  report.tables = {std::move(costs), std::move(parts), std::move(memory.value()), std::move(published)};
  report.remarks = {
      fmt::format(
          "It passes if a null call with its return takes at most {} instructions and no entry into the kernel.",
          kCallTarget),
      "Published figures count the kernel's part of one way or of both, on the hardware of their time; here a call has "
      "no kernel's part. What they include (saving registers, changing the page-table root) is in the prices of the "
      "tables."};
  return report;
}

}  // namespace emu::lab
