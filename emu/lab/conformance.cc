// SPDX-License-Identifier: GPL-2.0-or-later
// hop lab conformance: the suite of tests/conformance, run now.
#include "tests/conformance/conformance.h"

#include <fmt/format.h>

#include <stdexcept>

#include "emu/lab/lab.h"

namespace emu::lab {
namespace {

using Cells = std::vector<nlohmann::ordered_json>;

Table outcome_table(const ::conformance::Conformance& suite) {
  Table table{"outcomes", {"product", "use", "outcome", "predicted", "oracle", "model", "engine"}, {}};
  for (const ::conformance::ProductResult& product : suite.products) {
    for (const ::conformance::Row& row : product.rows) {
      Cells cells = {row.product, row.use, row.outcome, row.predicted, row.oracle, row.model, nullptr};
      if (row.engine) cells.back() = *row.engine;
      table.rows.push_back(std::move(cells));
    }
  }
  return table;
}

Table fuzzer_table(const ::conformance::Conformance& suite) {
  Table table{"fuzzer", {"compared", "programs", "without difference", "steps", "refused"}, {}};
  const auto add = [&](const char* what, const ::conformance::FuzzCounts& counts) {
    const uint64_t differing = counts.finding ? 1 : 0;
    table.rows.push_back({what, counts.programs, counts.programs - differing, counts.steps, counts.refused});
  };
  add("model, oracle", suite.model);
  add("engine, model, oracle", suite.engine);
  return table;
}

}  // namespace

Result<Report> conformance() {
  Report report;
  report.introduction =
      "The machine is described three times: by the oracle (written from the manual), the model, and the engine. "
      "Every\n"
      "combination of some circumstances is a cell that all run; how many cells end in which way was predicted from "
      "the\n"
      "manual. Then the same random programs are run by all. They agree in every register and byte of memory, or a\n"
      "remark says where they do not.\n";
  ::conformance::Conformance suite;
  try {
    suite = ::conformance::run_conformance({});
  } catch (const std::runtime_error& error) {
    return Error{error.what()};
  }
  report.tables = {outcome_table(suite), fuzzer_table(suite)};
  for (const ::conformance::ProductResult& product : suite.products) {
    const std::string name = product.rows.empty() ? "" : product.rows.front().product;
    report.remarks.push_back(fmt::format("{}: {} cells.", name, product.cells));
    for (const std::string& text : product.differences) report.remarks.push_back("DIFFERENT: " + text);
  }
  for (const auto* counts : {&suite.model, &suite.engine}) {
    if (counts->finding) report.remarks.push_back("DIFFERENT: " + ::conformance::to_text(*counts->finding));
  }
  report.remarks.push_back(
      "The engine does not run the cells of widen: where CS is dead it would not come to the instruction.");
  report.passes = suite.agrees();
  return report;
}

}  // namespace emu::lab
