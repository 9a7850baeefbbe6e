// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "emu/report/costs_text.h"
#include "emu/report/names.h"
#include "emu/report/run_report.h"
#include "emu/report/text_table.h"
#include "isa-ext/variant/parse.h"

namespace emu {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string totals(const Statistics& statistics) {
  uint64_t events = 0;
  for (const uint64_t count : statistics.events) events += count;
  const Statistics::Host& host = statistics.host;
  const double busy = host.seconds - host.waiting_seconds;
  TextTable table("lrl");
  table.add({"instructions", grouped(statistics.instructions), ""});
  table.add({"clock", grouped(statistics.ticks), "ticks"});
  table.add({"gate calls", grouped(statistics.gate_calls),
             fmt::format("{} of them by syscall", grouped(statistics.system_calls))});
  table.add({"gate returns", grouped(statistics.gate_returns), ""});
  table.add({"kernel entries", grouped(statistics.kernel_entries), "from code without privilege, by call or event"});
  table.add({"narrow, widen", grouped(statistics.narrows), fmt::format("and {}", grouped(statistics.widens))});
  table.add({"refusals", grouped(statistics.refusals), "ASX instructions that failed a check"});
  table.add({"events", grouped(events), fmt::format("{} of them interrupts", grouped(statistics.interrupts))});
  table.add(
      {"TLB fills", grouped(statistics.tlb_fills), fmt::format("after {} flushes", grouped(statistics.tlb_flushes))});
  table.add({"host time", fmt::format("{:.3f}", host.seconds),
             fmt::format("seconds, {:.3f} of them waiting", host.waiting_seconds)});
  table.add({"speed", busy > 0 ? fmt::format("{:.1f}", static_cast<double>(statistics.instructions) / busy / 1e6) : "-",
             "million instructions a second"});
  return table.text();
}

std::string cpus(const Statistics& statistics) {
  if (statistics.cpus.size() < 2) return "";
  TextTable table("rrrrrr");
  table.add({"CPU", "instructions", "turns", "gate calls", "kernel entries", "interrupts"});
  for (size_t i = 0; i < statistics.cpus.size(); ++i) {
    const CpuCounts& cpu = statistics.cpus[i];
    table.add({std::to_string(i), grouped(cpu.instructions), grouped(cpu.turns), grouped(cpu.gate_calls),
               grouped(cpu.kernel_entries), grouped(cpu.interrupts)});
  }
  return "\nCPUs\n" + table.text();
}

std::string events(const Statistics& statistics) {
  TextTable table("rl");
  bool is_empty = true;
  for (uint32_t vector = 0; vector < statistics.events.size(); ++vector) {
    if (statistics.events[vector] == 0) continue;
    is_empty = false;
    table.add({grouped(statistics.events[vector]), vector_name(vector)});
  }
  return is_empty ? "" : "\nevents\n" + table.text();
}

std::string spaces(const Statistics& statistics) {
  if (statistics.spaces.empty()) return "";
  TextTable table("rrll");
  table.add({"id", "generation", "space", "kind"});
  for (uint32_t i = 0; i < statistics.spaces.size(); ++i) {
    const SeenSpace& space = statistics.spaces[i];
    table.add({std::to_string(space.id), std::to_string(space.generation), space_label(statistics.spaces, i),
               joined(space_kinds(space.flags))});
  }
  return "\nspaces that code ran from or stacks lay in\n" + table.text();
}

std::string hops(const Statistics& statistics) {
  if (statistics.hops.empty()) return "";
  TextTable table("rlllr");
  table.add({"hops", "from", "", "to", "gate"});
  for (const HopCount& hop : sorted_hops(statistics)) {
    table.add({grouped(hop.count), space_label(statistics.spaces, hop.from), "->",
               space_label(statistics.spaces, hop.to), std::to_string(hop.gate_index)});
  }
  return "\nhops\n" + table.text();
}

}  // namespace

std::string statistics_text(const Statistics& statistics, const RunFacts& facts) {
  return fmt::format("hop: statistics of {}\n  ended: {}, exit status {}; {}; variant {}\n\n{}{}{}{}{}{}{}",
                     joined(facts.command), facts.end, facts.exit_status, statistics.host.engine_version,
                     asx::to_line(facts.variant), totals(statistics), cpus(statistics),
                     memory_text(statistics, facts.variant),
                     facts.costs == nullptr ? "" : costs_text(statistics.counters, *facts.costs), events(statistics),
                     spaces(statistics), hops(statistics));
}

}  // namespace emu
