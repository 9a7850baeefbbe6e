// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "emu/lab/lab.h"
#include "emu/report/text_table.h"

namespace emu::lab {
namespace {

using nlohmann::ordered_json;

std::string cell_text(const ordered_json& cell) {
  if (cell.is_null()) return "-";
  if (cell.is_boolean()) return cell.get<bool>() ? "yes" : "no";
  if (cell.is_string()) return cell.get<std::string>();
  if (cell.is_number_unsigned()) return grouped(cell.get<uint64_t>());
  if (cell.is_number_float()) return fmt::format("{:.2f}", cell.get<double>());
  return cell.dump();
}

/// Numbers stand to the right.
std::string alignment_of(const Table& table) {
  std::string alignment(table.columns.size(), 'l');
  for (size_t column = 0; column < alignment.size(); ++column) {
    const auto is_text = [&](const std::vector<ordered_json>& row) { return row[column].is_string(); };
    if (!table.rows.empty() && std::ranges::none_of(table.rows, is_text)) alignment[column] = 'r';
  }
  return alignment;
}

std::string table_text(const Table& table) {
  TextTable text(alignment_of(table));
  text.add(table.columns);
  for (const std::vector<ordered_json>& row : table.rows) {
    std::vector<std::string> cells;
    for (const ordered_json& cell : row) cells.push_back(cell_text(cell));
    text.add(std::move(cells));
  }
  return table.name + "\n" + text.text();
}

std::string key_of(std::string column) {
  std::ranges::replace(column, ' ', '_');
  return column;
}

}  // namespace

std::string report_text(const Report& report) {
  std::string text = report.introduction;
  for (const Table& table : report.tables) text += "\n" + table_text(table);
  if (!report.remarks.empty()) text += "\n";
  for (const std::string& remark : report.remarks) text += remark + "\n";
  return text + (report.passes ? "\npass\n" : "\nFAIL\n");
}

std::string report_json(std::string_view lab, const Report& report) {
  ordered_json json;
  json["schema"] = "hopscotch-lab-1";
  json["lab"] = lab;
  json["tables"] = ordered_json::object();
  for (const Table& table : report.tables) {
    ordered_json rows = ordered_json::array();
    for (const std::vector<ordered_json>& cells : table.rows) {
      ordered_json row;
      for (size_t column = 0; column < cells.size(); ++column) row[key_of(table.columns[column])] = cells[column];
      rows.push_back(std::move(row));
    }
    json["tables"][table.name] = std::move(rows);
  }
  json["remarks"] = report.remarks;
  json["pass"] = report.passes;
  return json.dump(2) + "\n";
}

}  // namespace emu::lab
