// SPDX-License-Identifier: GPL-2.0-or-later
// The whole suite as one call: what `hop lab conformance` shows.
#pragma once
#include "tests/conformance/fuzz/fuzz.h"
#include "tests/conformance/product.h"

namespace conformance {

struct Limits {
  uint64_t model_steps = 1'000'000;
  uint64_t engine_steps = 50'000;
  uint64_t seed = 1;
};

struct Conformance {
  std::vector<ProductResult> products;
  FuzzCounts model, engine;  ///< of the fuzzer: model against oracle, engine against both
  [[nodiscard]] bool agrees() const;
};

/// Takes some ten seconds.
[[nodiscard]] Conformance run_conformance(const Limits& limits);

}  // namespace conformance
