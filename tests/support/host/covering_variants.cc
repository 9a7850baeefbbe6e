// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/host/covering_variants.h"

#include <algorithm>
#include <optional>
#include <random>

namespace test {
namespace {

struct Pair {
  Setting first, second;
};

asx::Variant with(asx::Variant variant, const Setting& setting) {
  asx::variant_flags()[setting.flag].set(variant, setting.value);
  return variant;
}

bool has(const asx::Variant& variant, const Setting& setting) {
  return asx::variant_flags()[setting.flag].get(variant) == setting.value;
}

bool has(const asx::Variant& variant, const Pair& pair) {
  return has(variant, pair.first) && has(variant, pair.second);
}

std::vector<Pair> all_pairs() {
  const auto flags = asx::variant_flags();
  std::vector<Pair> pairs;
  for (size_t i = 0; i < flags.size(); ++i) {
    for (size_t j = i + 1; j < flags.size(); ++j) {
      for (const uint32_t a : representative_values(flags[i])) {
        for (const uint32_t b : representative_values(flags[j])) pairs.push_back({{i, a}, {j, b}});
      }
    }
  }
  return pairs;
}

/// A valid variant with the pair: the other flags at their defaults, but for two of them at the most.
std::optional<asx::Variant> complete(const Pair& pair) {
  const asx::Variant start = with(with({}, pair.first), pair.second);
  if (!asx::validate(start)) return start;
  const auto flags = asx::variant_flags();
  const auto is_free = [&](size_t flag) { return flag != pair.first.flag && flag != pair.second.flag; };
  for (size_t i = 0; i < flags.size(); ++i) {
    for (const uint32_t a : representative_values(flags[i])) {
      if (!is_free(i)) continue;
      const asx::Variant one = with(start, {i, a});
      for (size_t j = i + 1; j < flags.size(); ++j) {
        for (const uint32_t b : representative_values(flags[j])) {
          if (is_free(j) && !asx::validate(with(one, {j, b}))) return with(one, {j, b});
        }
      }
    }
  }
  return std::nullopt;
}

/// The standard's shuffle is not the same everywhere.
void shuffle(std::vector<size_t>& numbers, std::mt19937& random) {
  for (size_t left = numbers.size(); left > 1; --left) std::swap(numbers[left - 1], numbers[random() % left]);
}

/// Sets the flags beyond the pair one by one, in a random order, to what covers most. Stays valid.
asx::Variant grow(asx::Variant variant, const Pair& start, const std::vector<Pair>& open, std::mt19937& random) {
  const auto flags = asx::variant_flags();
  std::vector<size_t> order;
  for (size_t i = 0; i < flags.size(); ++i) {
    if (i != start.first.flag && i != start.second.flag) order.push_back(i);
  }
  shuffle(order, random);
  const auto covered_by = [&](const asx::Variant& candidate) {
    return std::ranges::count_if(open, [&](const Pair& pair) { return has(candidate, pair); });
  };
  for (const size_t flag : order) {
    asx::Variant best = variant;
    for (const uint32_t value : representative_values(flags[flag])) {
      const asx::Variant candidate = with(variant, {flag, value});
      if (!asx::validate(candidate) && covered_by(candidate) > covered_by(best)) best = candidate;
    }
    variant = best;
  }
  return variant;
}

}  // namespace

std::vector<uint32_t> representative_values(const asx::VariantFlag& flag) {
  std::vector<uint32_t> values;
  if (flag.is_number()) {
    values = {flag.minimum, flag.default_value, flag.default_value / 2 + flag.minimum / 2 + 1, flag.maximum};
  } else {
    for (uint32_t i = 0; i <= flag.maximum; ++i) values.push_back(i);
  }
  std::ranges::sort(values);
  values.erase(std::ranges::unique(values).begin(), values.end());
  return values;
}

CoveringVariants covering_variants() {
  CoveringVariants result;
  std::mt19937 random(1);
  std::vector<Pair> open;
  for (const Pair& pair : all_pairs()) {
    if (complete(pair)) {
      open.push_back(pair);
    } else {
      result.refused.push_back({pair.first, pair.second, *asx::validate(with(with({}, pair.first), pair.second))});
    }
  }
  while (!open.empty()) {
    constexpr int kTries = 8;
    const asx::Variant start = *complete(open.front());
    asx::Variant best;
    size_t left = open.size() + 1;
    for (int i = 0; i < kTries; ++i) {
      const asx::Variant candidate = grow(start, open.front(), open, random);
      const auto remaining =
          static_cast<size_t>(std::ranges::count_if(open, [&](const Pair& pair) { return !has(candidate, pair); }));
      if (remaining < left) {
        best = candidate;
        left = remaining;
      }
    }
    std::erase_if(open, [&](const Pair& pair) { return has(best, pair); });
    result.variants.push_back(best);
  }
  return result;
}

}  // namespace test
