// SPDX-License-Identifier: GPL-2.0-or-later
// Tables for people.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace emu {

/// 1234567 -> "1,234,567"
[[nodiscard]] std::string grouped(uint64_t number);

/// Rows of columns; every column as wide as its widest cell.
class TextTable {
 public:
  /// One letter a column: l = left, r = right.
  explicit TextTable(std::string alignment) : alignment_(std::move(alignment)), widths_(alignment_.size()) {}

  void add(std::vector<std::string> cells);
  [[nodiscard]] std::string text() const;

 private:
  std::string alignment_;
  std::vector<size_t> widths_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace emu
