// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/cli/variant_parser.h"

#include <fmt/format.h>

#include "isa-ext/variant/parse.h"

namespace emu::cli {

void VariantParser::declare(CLI::App& command) {
  const auto flags = asx::variant_flags();
  texts_.resize(flags.size());
  for (size_t i = 0; i < flags.size(); ++i) {
    const asx::VariantFlag& flag = flags[i];
    command
        .add_option("--" + std::string(flag.name), texts_[i],
                    fmt::format("{} ({}; default {}; manual {})", flag.help, flag.range(),
                                flag.text(flag.default_value), flag.section))
        ->option_text(flag.is_number() ? "=N" : "=CHOICE")
        ->group("Variant of the machine");
  }
}

Result<asx::Variant> VariantParser::read() const {
  asx::Variant variant;
  const auto flags = asx::variant_flags();
  for (size_t i = 0; i < flags.size(); ++i) {
    if (texts_[i].empty()) continue;
    if (auto wrong = asx::set_flag(variant, flags[i].name, texts_[i])) return Error{std::move(*wrong)};
  }
  if (auto wrong = asx::validate(variant)) return Error{std::move(*wrong)};
  return variant;
}

bool VariantParser::is_given(std::string_view name) const {
  const auto flags = asx::variant_flags();
  for (size_t i = 0; i < flags.size(); ++i) {
    const bool is_kin =
        flags[i].name.starts_with(name) && (flags[i].name.size() == name.size() || flags[i].name[name.size()] == '-');
    if (is_kin && !texts_[i].empty()) return true;
  }
  return false;
}

}  // namespace emu::cli
