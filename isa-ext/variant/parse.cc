// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/variant/parse.h"

#include <algorithm>
#include <cassert>
#include <charconv>

namespace asx {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

[[maybe_unused]] VariantFlag choice(std::string_view name, uint32_t (*get)(const Variant&),
                                    void (*set)(Variant&, uint32_t), std::string_view section, std::string_view help,
                                    std::string_view texts, size_t enumerators) {
  VariantFlag flag{name, get, set, 0, 0, static_cast<uint32_t>(enumerators - 1), section, help, split(texts, '|')};
  assert(flag.choices.size() == enumerators);
  return flag;
}

std::vector<VariantFlag> make_flags() {
  return {
#define ASX_NUMBER(field, flag, default_value, minimum, maximum, section, help) \
  {flag,                                                                        \
   [](const Variant& variant) -> uint32_t { return variant.field; },            \
   [](Variant& variant, uint32_t value) { variant.field = value; },             \
   default_value,                                                               \
   minimum,                                                                     \
   maximum,                                                                     \
   section,                                                                     \
   help,                                                                        \
   {}},
#define ASX_CHOICE(field, flag, Enumeration, section, help, texts, ...)                                   \
  choice(                                                                                                 \
      flag, [](const Variant& variant) { return static_cast<uint32_t>(variant.field); },                  \
      [](Variant& variant, uint32_t value) { variant.field = Enumeration{value}; }, section, help, texts, \
      [] {                                                                                                \
        using enum Enumeration;                                                                           \
        return std::initializer_list<Enumeration>{__VA_ARGS__}.size();                                    \
      }()),
#define ASX_CONFLICT(...)
#include "isa-ext/variant/variants.def"
#undef ASX_NUMBER
#undef ASX_CHOICE
#undef ASX_CONFLICT
  };
}

const VariantFlag* find(std::string_view name) {
  const auto flags = variant_flags();
  const auto found = std::ranges::find(flags, name, &VariantFlag::name);
  return found == flags.end() ? nullptr : &*found;
}

/// A decimal number without sign or anything after it, or one of the choices; within the flag's range.
std::optional<uint32_t> parse_value(const VariantFlag& flag, std::string_view text) {
  if (!flag.is_number()) {
    const auto found = std::ranges::find(flag.choices, text);
    if (found == flag.choices.end()) return std::nullopt;
    return static_cast<uint32_t>(found - flag.choices.begin());
  }
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (number < flag.minimum || number > flag.maximum) return std::nullopt;
  return number;
}

/// "--reserve=9 with --frames=16: fewer than 8 frames ..."
std::string conflict(const Variant& variant, std::string_view names, std::string_view sentence) {
  std::string text;
  for (const std::string_view name : split(names, ' ')) {
    const VariantFlag* const flag = find(name);
    assert(flag != nullptr);
    if (!text.empty()) text += " with ";
    text += "--" + std::string(name) + "=" + flag->text(flag->get(variant));
  }
  return text + ": " + std::string(sentence);
}

}  // namespace

std::string VariantFlag::text(uint32_t value) const {
  return is_number() ? std::to_string(value) : std::string(choices[value]);
}

std::string VariantFlag::range() const {
  if (is_number()) return "a number from " + std::to_string(minimum) + " to " + std::to_string(maximum);
  std::string text(choices.front());
  for (size_t i = 1; i < choices.size(); ++i) {
    text += i + 1 == choices.size() ? " or " : ", ";
    text += choices[i];
  }
  return text;
}

std::span<const VariantFlag> variant_flags() {
  static const std::vector<VariantFlag> flags = make_flags();
  return flags;
}

std::optional<std::string> set_flag(Variant& variant, std::string_view name, std::string_view value) {
  const VariantFlag* const flag = find(name);
  if (flag == nullptr) {
    std::string sentence = "there is no variant flag --" + std::string(name) + "; there are";
    for (const VariantFlag& known : variant_flags()) sentence += " --" + std::string(known.name);
    return sentence;
  }
  const auto number = parse_value(*flag, value);
  if (!number) return "--" + std::string(name) + " takes " + flag->range() + ", not '" + std::string(value) + "'";
  flag->set(variant, *number);
  return std::nullopt;
}

std::optional<std::string> validate(const Variant& variant) {
#define ASX_NUMBER(...)
#define ASX_CHOICE(...)
#define ASX_CONFLICT(condition, flags, sentence) \
  if (condition) return conflict(variant, flags, sentence);
#include "isa-ext/variant/variants.def"
#undef ASX_NUMBER
#undef ASX_CHOICE
#undef ASX_CONFLICT
  return std::nullopt;
}

std::string to_line(const Variant& variant) {
  std::string line;
  for (const VariantFlag& flag : variant_flags()) {
    if (!line.empty()) line += ' ';
    line += std::string(flag.name) + "=" + flag.text(flag.get(variant));
  }
  return line;
}

}  // namespace asx
