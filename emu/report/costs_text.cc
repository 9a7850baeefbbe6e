// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/report/costs_text.h"

#include <fmt/format.h>

#include "emu/costs/cost_report.h"
#include "emu/report/text_table.h"

namespace emu {
namespace {

constexpr size_t kSourceWidth = 100;

/// Thousandths as "1,234", or "0.031" if there are some.
std::string cycles(uint64_t millicycles) {
  std::string text = grouped(millicycles / 1000);
  if (millicycles % 1000 == 0) return text;
  text += fmt::format(".{:03}", millicycles % 1000);
  return text.substr(0, text.find_last_not_of('0') + 1);
}

std::string share(uint64_t part, uint64_t whole) {
  if (whole == 0) return "-";
  return fmt::format("{:.2f} %", 100 * static_cast<double>(part) / static_cast<double>(whole));
}

/// Breaks between words; further lines are indented.
std::string wrapped(const std::string& text, size_t indentation) {
  std::string lines;
  size_t start = 0;
  while (text.size() - start > kSourceWidth) {
    const size_t space = text.rfind(' ', start + kSourceWidth);
    if (space == std::string::npos || space <= start) break;
    lines += text.substr(start, space - start) + "\n" + std::string(indentation, ' ');
    start = space + 1;
  }
  return lines + text.substr(start);
}

}  // namespace

std::string memory_text(const Statistics& statistics, const asx::Variant& variant) {
  if (!statistics.is_modelled) return "";
  const Counters& counters = statistics.counters;
  const auto misses = [](uint64_t count, uint64_t of, const char* what) {
    return fmt::format("{} of {}", share(count, of), what);
  };
  TextTable table("lrl");
  table.add({"loads", grouped(counters.loads), ""});
  table.add({"stores", grouped(counters.stores), ""});
  table.add({"fetch misses", grouped(counters.fetch_misses),
             misses(counters.fetch_misses, counters.instructions, "the instructions")});
  table.add({"load misses", grouped(counters.load_misses), misses(counters.load_misses, counters.loads, "the loads")});
  table.add(
      {"store misses", grouped(counters.store_misses), misses(counters.store_misses, counters.stores, "the stores")});
  table.add({"walk steps", grouped(counters.walk_steps), "page-table entries read"});
  table.add({"list entries", grouped(counters.list_entries), "access-list entries read"});
  table.add({"flushes", grouped(counters.tlb_flushes), ""});
  return fmt::format("\nmemory, with a TLB for instructions and one for data ({}, {} entries, {} ways each)\n{}",
                     variant.tlb == asx::TlbKind::Tagged ? "tagged" : "untagged", variant.tlb_entries, variant.tlb_ways,
                     table.text());
}

std::string costs_text(const Counters& counters, const CostTable& table) {
  const CostReport report = price_counters(counters, table);
  TextTable lines("lrrrrl");
  lines.add({"counter", "count", "cycles each", "cycles", "share", "source"});
  for (const CostLine& line : report.lines) {
    if (line.count == 0) continue;
    lines.add({std::string(line.counter->name), grouped(line.count), cycles(line.price->millicycles),
               cycles(line.millicycles), share(line.millicycles, report.millicycles), line.price->source});
  }
  lines.add({"total", "", "", cycles(report.millicycles), "", ""});
  std::string text = fmt::format("\ncosts by the table {}: {}\n{}\n  sources\n", table.name, table.title, lines.text());
  for (const CostSource& source : table.sources) {
    text += "    " + source.key + ": " + wrapped(source.text, 6) + "\n";
  }
  return text;
}

}  // namespace emu
