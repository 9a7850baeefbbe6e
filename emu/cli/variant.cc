// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "emu/cli/inspect.h"
#include "isa-ext/variant/parse.h"

namespace emu::cli {

std::string describe_variants(const VariantOptions& options) {
  if (options.action == VariantOptions::Action::Check) return "";
  if (options.action == VariantOptions::Action::Show) return asx::to_line(options.variant) + "\n";
  size_t width = 0;
  for (const asx::VariantFlag& flag : asx::variant_flags()) width = std::max(width, flag.name.size());
  std::string text;
  for (const asx::VariantFlag& flag : asx::variant_flags()) {
    text += fmt::format("--{:<{}}  {}; default {} (manual {})\n    {}\n", flag.name, width, flag.range(),
                        flag.text(flag.default_value), flag.section, flag.help);
  }
  return text;
}

}  // namespace emu::cli
