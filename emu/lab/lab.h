// SPDX-License-Identifier: GPL-2.0-or-later
// hop lab: comparisons that are measured then and there. A lab makes a report; how it is printed is not its business.
#pragma once
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emu/platform/result.h"

namespace emu::lab {

/// Rows of cells: strings, numbers, booleans; null where there is nothing to say.
struct Table {
  std::string name;                  ///< one word
  std::vector<std::string> columns;  ///< as people read them; in JSON with _ for each space
  std::vector<std::vector<nlohmann::ordered_json>> rows;
};

struct Report {
  std::string introduction;  ///< a few lines: what is compared, and how to read it
  std::vector<Table> tables;
  std::vector<std::string> remarks;  ///< a sentence each
  bool passes = false;               ///< everything is as it has to be
};

/// One row of labs.def.
struct Lab {
  std::string_view name;
  std::string_view summary;
  Result<Report> (*run)();  ///< an error is a sentence: what kept it from measuring
};

[[nodiscard]] std::span<const Lab> labs();
[[nodiscard]] const Lab* find_lab(std::string_view name);

/// What `hop lab` prints without a name.
[[nodiscard]] std::string list_labs();

/// For people: introduction, tables, remarks, and a last line "pass" or "FAIL".
[[nodiscard]] std::string report_text(const Report& report);

/// One JSON object and a line break, as emu/doc/labs.md describes it; its last member is "pass".
[[nodiscard]] std::string report_json(std::string_view lab, const Report& report);

#define HOP_LAB(function, name, summary) [[nodiscard]] Result<Report> function();
#include "emu/lab/labs.def"
#undef HOP_LAB

}  // namespace emu::lab
