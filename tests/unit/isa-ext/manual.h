// SPDX-License-Identifier: GPL-2.0-or-later
// The manual as text: chapters, sections, tables.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace test {

/// The text of a chapter, by its file name.
[[nodiscard]] std::string chapter(const std::string& name);
/// The text of a section, found by its number (and the words after it); empty if there is none.
[[nodiscard]] std::string section_of(const std::string& text, const std::string& heading);
[[nodiscard]] bool contains(const std::string& text, const std::string& part);
/// Parts of the text, which must live as long as they do.
[[nodiscard]] std::vector<std::string_view> lines(std::string_view text);
std::vector<std::string_view> lines(std::string&&) = delete;
/// The cells of a line of a table, without the spaces around them; none of another line.
[[nodiscard]] std::vector<std::string_view> cells_of(std::string_view line);
/// Whether the word stands in the text with no letter beside it.
[[nodiscard]] bool has_word(std::string_view text, std::string_view word);

}  // namespace test
