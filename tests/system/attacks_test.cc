// SPDX-License-Identifier: GPL-2.0-or-later
// The attacks of examples/attacks succeed exactly where their table says.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/system/hop_command.h"

namespace {

struct Attack {
  std::string name;
  std::string settings;  ///< "flag=value", separated by spaces
  std::string section, with_value, by_default;

  /// As options; the first is the one the attack is about.
  [[nodiscard]] std::vector<std::string> options() const {
    std::istringstream words(settings);
    std::vector<std::string> list;
    for (std::string word; words >> word;) list.push_back("--" + word);
    return list;
  }
  [[nodiscard]] bool is_invited_by(const std::string& variant) const {
    return std::ranges::any_of(
        options(), [&](const std::string& option) { return (variant + " ").find(option + " ") != std::string::npos; });
  }
};

const std::vector<Attack>& attacks() {
  static const std::vector<Attack> table = {
#define ATTACK(name, settings, section, with_value, by_default) {#name, settings, section, with_value, by_default},
#include "examples/attacks/attacks.def"
#undef ATTACK
  };
  return table;
}

/// Runs it; it must end as the table says of an attack that succeeds, or of one that does not.
void check(const Attack& attack, const std::vector<std::string>& options, bool succeeds) {
  std::vector<std::string> arguments = {"run"};
  std::string words;
  for (const std::string& option : options) {
    arguments.push_back(option);
    words += option + " ";
  }
  arguments.push_back(HOP_GUEST_FOLDER "/" + attack.name + ".elf");
  const test::Outcome outcome = test::run_hop(arguments);
  INFO(words << attack.name << "\n" << outcome.output << outcome.errors);
  CHECK(outcome.status == (succeeds ? 0 : 1));
  CHECK(outcome.output.ends_with(succeeds ? attack.with_value : attack.by_default));
  CHECK(outcome.errors == "");
}

}  // namespace

TEST_CASE("every attack succeeds with the command that its manual section shows, and is refused without the flag") {
  for (const Attack& attack : attacks()) {
    check(attack, {}, false);
    for (const std::string& option : attack.options()) check(attack, {option}, true);
  }
}

TEST_CASE("hop lab attacks finds every attack to succeed exactly where its table says") {
  const test::Outcome outcome = test::run_hop({"lab", "attacks", "--json"});
  INFO(outcome.output << outcome.errors);
  CHECK(outcome.status == 0);
  const auto report = nlohmann::json::parse(outcome.output);
  CHECK(report["pass"] == true);
  CHECK(report["tables"]["by default"].size() == attacks().size());
  for (const Attack& attack : attacks()) {
    size_t seen = 0;
    for (const auto& row : report["tables"]["outcomes"]) {
      const std::string variant = row["variant"];
      INFO(attack.name << " with " << variant);
      const bool is_invited = attack.is_invited_by(variant);
      CHECK(row[attack.name] == (is_invited ? "succeeds" : "refused"));
      seen += is_invited;
    }
    CHECK(seen == attack.options().size() + 1);  // each alone, and the first ones of all attacks together
  }
}

TEST_CASE("every attack is named in its section of the manual with the command that shows it") {
  const std::string text = test::read_file(HOP_MANUAL_VARIANTS);
  for (const Attack& attack : attacks()) {
    INFO(attack.name);
    const size_t begin = text.find("\n## " + attack.section + " ");
    REQUIRE(begin != std::string::npos);
    const std::string section = text.substr(begin, text.find("\n## ", begin + 1) - begin);
    CHECK(section.find("hop run " + attack.options().front() + " build/guest/" + attack.name + ".elf") !=
          std::string::npos);
  }
}
