// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/report/text_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace emu {

std::string grouped(uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

void TextTable::add(std::vector<std::string> cells) {
  for (size_t i = 0; i < cells.size(); ++i) widths_[i] = std::max(widths_[i], cells[i].size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  std::string text;
  for (const std::vector<std::string>& row : rows_) {
    std::string line = " ";
    for (size_t i = 0; i < row.size(); ++i) {
      line += alignment_[i] == 'r' ? fmt::format(" {:>{}} ", row[i], widths_[i])
                                   : fmt::format(" {:<{}} ", row[i], widths_[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace emu
