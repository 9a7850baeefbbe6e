// SPDX-License-Identifier: GPL-2.0-or-later
// The manual names what the tables name.
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "isa-ext/encoding/table.h"
#include "isa-ext/variant/parse.h"

namespace {

std::string chapter(const std::string& name) {
  std::ifstream file(ASX_TEST_MANUAL "/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The text of a section, found by its number (and the words after it).
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

}  // namespace

TEST_CASE("every instruction has its section in the manual, in the order of the table, with its bits") {
  const std::string text = chapter("03-instructions.md");
  unsigned number = 0;
  for (const auto& row : asx::kInstructions) {
    INFO(row.name);
    std::ostringstream heading, bits;
    heading << "3." << ++number;
    bits << '`' << row.pattern_text << '`';
    const std::string section = section_of(text, heading.str());
    heading << ' ' << row.name;
    CHECK(section.starts_with(std::string("\n## ").append(heading.str())));
    CHECK(contains(section, bits.str()));
    CHECK(contains(section, "privileged") == (row.privilege == asx::Privilege::Privileged));
  }
}

TEST_CASE("every variant flag is explained in the section that its row names") {
  const std::string chapters[] = {"01-addresses-and-selectors.md",
                                  "02-structures.md",
                                  "03-instructions.md",
                                  "04-checks.md",
                                  "05-events.md",
                                  "06-boot-state.md",
                                  "07-variants.md"};
  for (const auto& flag : asx::variant_flags()) {
    INFO(flag.name);
    const std::string text = chapter(chapters[static_cast<size_t>(flag.section[0] - '1')]);
    std::ostringstream option;
    option << "--" << flag.name;
    CHECK(contains(section_of(text, std::string(flag.section)), option.str()));
  }
}
