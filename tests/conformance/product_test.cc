// SPDX-License-Identifier: GPL-2.0-or-later
#include <catch2/catch_test_macros.hpp>

#include "isa-ext/variant/parse.h"
#include "tests/conformance/product.h"

using namespace conformance;

namespace {

void check(const ProductResult& result, uint64_t cells) {
  CHECK(result.cells == cells);
  uint64_t predicted = 0;
  for (const Row& row : result.rows) {
    INFO(row.use << ", " << row.outcome);
    CHECK(row.oracle == row.predicted);
    CHECK(row.model == row.predicted);
    if (row.engine) CHECK(*row.engine == row.predicted);
    predicted += row.predicted;
  }
  CHECK(predicted == cells);  // else the prediction is no partition
  for (const std::string& text : result.differences) FAIL_CHECK(text);
}

}  // namespace

TEST_CASE("whatever a selector names and whoever uses it for what, oracle, model and engine do the predicted") {
  check(run_selector_product({}, Runners::All), 6048);
}

TEST_CASE("whatever a page-table entry says, oracle, model and engine do the predicted") {
  check(run_page_product({}, Runners::All), 144);
}

TEST_CASE("whatever the top frame is, gret and widen do the predicted") {
  check(run_return_product({}, Runners::All), 512);
}

TEST_CASE("under every choice of every flag oracle and model agree in all cells of the products", "[variants]") {
  for (const asx::VariantFlag& flag : asx::variant_flags()) {
    const bool is_about_statistics = flag.name.starts_with("tlb");
    for (uint32_t value = 1; value < flag.choices.size() && !is_about_statistics; ++value) {
      asx::Variant variant;
      flag.set(variant, value);
      INFO(asx::to_line(variant));
      for (const std::string& text : run_selector_product(variant, Runners::OracleAndModel).differences)
        FAIL_CHECK(text);
      for (const std::string& text : run_return_product(variant, Runners::OracleAndModel).differences) FAIL_CHECK(text);
    }
  }
}
