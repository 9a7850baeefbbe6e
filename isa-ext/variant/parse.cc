// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/variant/parse.h"

#include <array>
#include <charconv>
#include <sstream>

namespace asx {
namespace {

constexpr auto kFlags = std::to_array<VariantFlag>({
#define ASX_VARIANT(field, flag, default_value, minimum, maximum, section, help) \
  {flag, &Variant::field, default_value, minimum, maximum, section, help},
#include "isa-ext/variant/variants.def"
#undef ASX_VARIANT
});

/// A decimal number without sign or anything after it.
std::optional<uint32_t> parse_number(std::string_view text) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::span<const VariantFlag> variant_flags() {
  return kFlags;
}

std::optional<std::string> set_flag(Variant& variant, std::string_view name, std::string_view value) {
  std::ostringstream sentence;
  for (const VariantFlag& flag : kFlags) {
    if (flag.name != name) continue;
    const auto number = parse_number(value);
    if (number && *number >= flag.minimum && *number <= flag.maximum) {
      variant.*flag.field = *number;
      return std::nullopt;
    }
    sentence << "--" << name << " takes a number from " << flag.minimum << " to " << flag.maximum << ", not '" << value
             << "'";
    return sentence.str();
  }
  sentence << "there is no variant flag --" << name << "; there are";
  for (const VariantFlag& flag : kFlags) sentence << " --" << flag.name;
  return sentence.str();
}

std::optional<std::string> validate(const Variant& variant) {
  // boot, one call and what it needs above the reserve
  constexpr uint32_t kLeast = 8;
  if (variant.reserve + kLeast <= variant.frames) return std::nullopt;
  std::ostringstream sentence;
  sentence << "--reserve=" << variant.reserve << " leaves fewer than " << kLeast << " of --frames=" << variant.frames
           << " for calls: raise --frames or lower --reserve";
  return sentence.str();
}

std::string to_line(const Variant& variant) {
  std::ostringstream line;
  const char* separator = "";
  for (const VariantFlag& flag : kFlags) {
    line << separator << flag.name << '=' << variant.*flag.field;
    separator = " ";
  }
  return line.str();
}

}  // namespace asx
