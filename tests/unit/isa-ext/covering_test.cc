// SPDX-License-Identifier: GPL-2.0-or-later
// The covering set of variants covers, before other tests rely on it.
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <tuple>

#include "tests/support/host/covering_variants.h"

using test::covering_variants;
using test::representative_values;

TEST_CASE("a number is represented by its ends and its default, a choice by all its values") {
  for (const asx::VariantFlag& flag : asx::variant_flags()) {
    INFO(flag.name);
    const auto values = representative_values(flag);
    const std::set<uint32_t> set(values.begin(), values.end());
    CHECK(set.size() == values.size());
    for (const uint32_t value : {flag.minimum, flag.default_value, flag.maximum}) CHECK(set.contains(value));
    if (!flag.is_number()) CHECK(set.size() == flag.choices.size());
  }
}

TEST_CASE("the covering set has every pair of values in a valid variant, or among the pairs that are refused") {
  const auto covering = covering_variants();
  std::set<std::tuple<size_t, uint32_t, size_t, uint32_t>> seen;
  const auto flags = asx::variant_flags();
  for (const asx::Variant& variant : covering.variants) {
    INFO(asx::to_line(variant));
    CHECK_FALSE(asx::validate(variant));
    for (size_t i = 0; i < flags.size(); ++i) {
      for (size_t j = i + 1; j < flags.size(); ++j) seen.emplace(i, flags[i].get(variant), j, flags[j].get(variant));
    }
  }
  for (const auto& refused : covering.refused) {
    seen.emplace(refused.first.flag, refused.first.value, refused.second.flag, refused.second.value);
  }
  size_t pairs = 0;
  for (size_t i = 0; i < flags.size(); ++i) {
    for (size_t j = i + 1; j < flags.size(); ++j) {
      for (const uint32_t a : representative_values(flags[i])) {
        for (const uint32_t b : representative_values(flags[j])) {
          INFO(flags[i].name << '=' << a << ' ' << flags[j].name << '=' << b);
          CHECK(seen.contains({i, a, j, b}));
          ++pairs;
        }
      }
    }
  }
  CHECK(covering.variants.size() < pairs / 4);
}

TEST_CASE("a refused pair is answered with a sentence that names a flag of it, its value and a remedy") {
  for (const auto& refused : covering_variants().refused) {
    INFO(refused.sentence);
    bool names_one = false;
    for (const auto& setting : {refused.first, refused.second}) {
      const asx::VariantFlag& flag = asx::variant_flags()[setting.flag];
      const std::string named = "--" + std::string(flag.name) + "=" + flag.text(setting.value);
      names_one = names_one || refused.sentence.find(named) != std::string::npos;
    }
    CHECK(names_one);
    CHECK(refused.sentence.find("; ") != std::string::npos);
  }
}
