// SPDX-License-Identifier: GPL-2.0-or-later
// A price in cycles for each counter, and where each price is from. emu/doc/costs.md describes the file.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emu/costs/counters.h"
#include "emu/platform/result.h"

namespace emu {

struct CostSource {
  std::string key;   ///< by which prices name it
  std::string text;  ///< who published it, and where
};

/// What one of a counter costs.
struct Price {
  uint64_t millicycles = 0;
  std::string what;    ///< what the number is
  std::string source;  ///< CostSource::key
};

struct CostTable {
  std::string name;
  std::string title;
  std::string about;
  std::vector<CostSource> sources;
  std::vector<Price> prices;  ///< one for each of counter_rows(), in that order
};

/// The tables that come with the program, as files.
[[nodiscard]] std::span<const std::string_view> builtin_cost_tables();

/// What is wrong with a text is one sentence; it names neither file nor table.
[[nodiscard]] Result<CostTable> read_cost_table(std::string_view text);

/// The file behind --costs=NAME|FILE: a built-in table of that name, else a file.
[[nodiscard]] Result<std::string> find_cost_table(const std::string& name_or_file);

/// find_cost_table, and read_cost_table of it. The sentence names what was given.
[[nodiscard]] Result<CostTable> load_cost_table(const std::string& name_or_file);

}  // namespace emu
