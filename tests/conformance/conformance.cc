// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/conformance/conformance.h"

#include <algorithm>

namespace conformance {

bool Conformance::agrees() const {
  return std::ranges::all_of(products, &ProductResult::agrees) && !model.finding && !engine.finding;
}

Conformance run_conformance(const Limits& limits) {
  Conformance result;
  result.products.push_back(run_selector_product({}, Runners::All));
  result.products.push_back(run_page_product({}, Runners::All));
  result.products.push_back(run_return_product({}, Runners::All));
  result.model = fuzz_model({limits.seed, limits.model_steps, 0});
  result.engine = fuzz_engine({limits.seed, limits.engine_steps, 0});
  return result;
}

}  // namespace conformance
