// SPDX-License-Identifier: GPL-2.0-or-later
// The manual names what the tables name.
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "isa-ext/encoding/table.h"
#include "isa-ext/variant/parse.h"

namespace {

std::string chapter(const std::string& name) {
  std::ifstream file(ASX_TEST_MANUAL "/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("every instruction has its section in the manual, in the order of the table, with its bits") {
  const std::string text = chapter("03-instructions.md");
  unsigned section = 0;
  for (const auto& row : asx::kInstructions) {
    INFO(row.name);
    const std::string heading = "\n## 3." + std::to_string(++section) + " " + std::string(row.name);
    const size_t begin = text.find(heading);
    REQUIRE(begin != std::string::npos);
    const std::string body = text.substr(begin, text.find("\n## ", begin + 1) - begin);
    CHECK(contains(body, "`" + std::string(row.pattern_text) + "`"));
    CHECK(contains(body, "privileged") == (row.privilege == asx::Privilege::Privileged));
  }
}

TEST_CASE("every variant flag is explained in the section that its row names") {
  const std::string chapters[] = {"01-addresses-and-selectors.md",
                                  "02-structures.md",
                                  "03-instructions.md",
                                  "04-checks.md",
                                  "05-events.md",
                                  "06-boot-state.md"};
  for (const auto& flag : asx::variant_flags()) {
    INFO(flag.name);
    const std::string text = chapter(chapters[static_cast<size_t>(flag.section[0] - '1')]);
    const size_t begin = text.find("\n## " + std::string(flag.section) + " ");
    REQUIRE(begin != std::string::npos);
    CHECK(contains(text.substr(begin, text.find("\n## ", begin + 1) - begin), "--" + std::string(flag.name)));
  }
}
