// SPDX-License-Identifier: GPL-2.0-or-later
// A few variants of the machine that together have every pair of values of every two flags (a covering array of
// strength 2, built greedily: Cohen et al., "The AETG System", IEEE TSE 23(7), 1997). Made from the table of flags.
#pragma once
#include <string>
#include <vector>

#include "isa-ext/variant/parse.h"

namespace test {

/// A flag at one of the values that stand for all of its values: every choice; of a number the ends, the default and
/// one in between.
struct Setting {
  size_t flag = 0;  ///< index into asx::variant_flags()
  uint32_t value = 0;
  friend bool operator==(const Setting&, const Setting&) = default;
};

[[nodiscard]] std::vector<uint32_t> representative_values(const asx::VariantFlag& flag);

/// Two settings that asx::validate refuses whatever two of the other flags are, and its sentence when these have their
/// defaults.
struct RefusedPair {
  Setting first, second;
  std::string sentence;
};

struct CoveringVariants {
  std::vector<asx::Variant> variants;  ///< all valid; every other pair of settings is in one of them
  std::vector<RefusedPair> refused;
};

[[nodiscard]] CoveringVariants covering_variants();

}  // namespace test
