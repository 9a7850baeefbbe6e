// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/isa-ext/manual.h"

#include <fstream>
#include <iterator>
#include <sstream>

namespace test {

namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t end = text.find(separator); end != std::string_view::npos; end = text.find(separator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

}  // namespace

std::string chapter(const std::string& name) {
  std::ifstream file(ASX_TEST_MANUAL "/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string section_of(const std::string& text, const std::string& heading) {
  std::ostringstream mark;
  mark << "\n## " << heading << ' ';
  const size_t begin = text.find(mark.str());
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find("\n## ", begin + 1) - begin);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string_view> lines(std::string_view text) {
  return split(text, '\n');
}

std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells = split(line, '|');
  if (cells.size() < 3) return {};
  cells.erase(cells.begin());
  cells.pop_back();
  for (std::string_view& cell : cells) {
    while (cell.starts_with(' ')) cell.remove_prefix(1);
    while (cell.ends_with(' ')) cell.remove_suffix(1);
  }
  return cells;
}

bool has_word(std::string_view text, std::string_view word) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool begins = at == 0 || !is_letter(text[at - 1]);
    if (begins && (end == text.size() || !is_letter(text[end]))) return true;
  }
  return false;
}

}  // namespace test
