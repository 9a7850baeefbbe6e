// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/cli/number.h"

#include <charconv>
#include <limits>
#include <string_view>

namespace emu::cli {

std::optional<uint64_t> parse_number(const std::string& text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<uint64_t> parse_size(const std::string& text) {
  constexpr std::string_view kSuffixes = "KMG";
  if (text.empty()) return std::nullopt;
  unsigned shift = 0;
  std::string digits = text;
  if (const size_t suffix = kSuffixes.find(text.back()); suffix != std::string_view::npos) {
    shift = 10 * (static_cast<unsigned>(suffix) + 1);
    digits.pop_back();
  }
  const std::optional<uint64_t> number = parse_number(digits);
  if (!number || *number > std::numeric_limits<uint64_t>::max() >> shift) return std::nullopt;
  return *number << shift;
}

}  // namespace emu::cli
