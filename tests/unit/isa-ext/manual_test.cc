// SPDX-License-Identifier: GPL-2.0-or-later
// The manual names what the tables name.
#include <catch2/catch_test_macros.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "isa-ext/encoding/manual_text.h"
#include "isa-ext/encoding/table.h"
#include "isa-ext/variant/parse.h"
#include "tests/unit/isa-ext/manual.h"

using namespace test;

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

TEST_CASE("what chapter 3 has from the instruction table is current: build the target isa_manual") {
  const std::string text = chapter("03-instructions.md");
  CHECK(asx::with_manual_blocks(text) == text);
  unsigned number = 0;
  for (const auto& row : asx::kInstructions) {
    INFO(row.name);
    CHECK(contains(section_of(text, "3." + std::to_string(++number)), asx::manual_block(row)));
  }
}

TEST_CASE("every instruction's section tells operation, checks, exceptions, relatives and variants, in this order") {
  const std::string text = chapter("03-instructions.md");
  for (unsigned number = 1; number <= asx::kInstructions.size() + 1; ++number) {
    const std::string section = section_of(text, "3." + std::to_string(number));
    INFO(section.substr(0, 40));
    size_t place = 0;
    for (const char* part :
         {"\nOperation:", "\n| # | check | cause |\n", "\nExceptions: ", "\nRelated: ", "\nVariants: "}) {
      INFO(part);
      const size_t found = section.find(part, place);
      REQUIRE(found != std::string::npos);
      place = found;
    }
  }
}

TEST_CASE("the checks of an instruction's section have the causes that chapter 4 says it raises") {
  const std::string text = chapter("03-instructions.md");
  const std::string causes = section_of(chapter("04-checks.md"), "4.6");
  unsigned number = 0;
  for (const auto& row : asx::kInstructions) {
    INFO(row.name);
    const std::string section = section_of(text, "3." + std::to_string(++number));
    const size_t table = section.find("| # | check | cause |");
    const std::string checks = section.substr(table, section.find("\nExceptions: ") - table);
    for (const std::string_view line : lines(causes)) {
      const auto cells = cells_of(line);
      if (cells.size() != 3 || cells[0].empty() || cells[0][0] < '0' || cells[0][0] > '9') continue;
      // told in the section on variants, and of all that read structures
      if (cells[1] == "ReturnRecord" || cells[1] == "Addressing" || cells[1] == "Switch") continue;
      INFO(cells[1]);
      CHECK(has_word(checks, cells[1]) == has_word(cells[2], row.name));
    }
  }
}
