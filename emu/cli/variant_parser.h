// SPDX-License-Identifier: GPL-2.0-or-later
// The variant flags on the command line, made from their table (isa-ext/variant/variants.def).
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "emu/platform/result.h"
#include "isa-ext/variant/variant.h"

namespace emu::cli {

class VariantParser {
 public:
  /// Adds a flag for each row. This object must outlive the parsing.
  void declare(CLI::App& command);
  /// After the parsing.
  [[nodiscard]] Result<asx::Variant> read() const;
  /// Whether the user gave a flag of this name, or one whose name begins with it and a dash.
  [[nodiscard]] bool is_given(std::string_view name) const;

 private:
  std::vector<std::string> texts_;  ///< in the order of the table; empty = not given
};

}  // namespace emu::cli
