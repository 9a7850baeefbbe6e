// SPDX-License-Identifier: GPL-2.0-or-later
// Variant flags as text. What is wrong with a text is one sentence for the user.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isa-ext/variant/variant.h"

namespace asx {

/// One row of variants.def. The value of a choice is its place among the choices.
struct VariantFlag {
  std::string_view name;  ///< without the dashes
  uint32_t (*get)(const Variant&);
  void (*set)(Variant&, uint32_t);
  uint32_t default_value, minimum, maximum;
  std::string_view section;  ///< of the manual
  std::string_view help;
  std::vector<std::string_view> choices;  ///< empty for a number

  [[nodiscard]] bool is_number() const { return choices.empty(); }
  /// A value as the user writes it.
  [[nodiscard]] std::string text(uint32_t value) const;
  /// "a number from 1 to 15", "on or off"
  [[nodiscard]] std::string range() const;
};

[[nodiscard]] std::span<const VariantFlag> variant_flags();

/// Sets one flag. Nothing, or what is wrong (then the variant has not changed).
[[nodiscard]] std::optional<std::string> set_flag(Variant& variant, std::string_view name, std::string_view value);

/// The rules between flags. Nothing, or the sentence of the first rule that is broken.
[[nodiscard]] std::optional<std::string> validate(const Variant& variant);

/// "selector-bits=12 frames=120 reserve=8"
[[nodiscard]] std::string to_line(const Variant& variant);

}  // namespace asx
