// SPDX-License-Identifier: GPL-2.0-or-later
// The attacks of examples/attacks succeed exactly where their table says.
#include <catch2/catch_test_macros.hpp>

#include "tests/system/hop_command.h"

namespace {

struct Attack {
  std::string name, flag, value, section, with_value, by_default;
  [[nodiscard]] std::string option() const { return "--" + flag + "=" + value; }
};

const std::vector<Attack>& attacks() {
  static const std::vector<Attack> table = {
#define ATTACK(name, flag, value, section, with_value, by_default) \
  {#name, flag, value, section, with_value, by_default},
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

TEST_CASE("every attack is refused by default, with exactly the documented fault") {
  for (const Attack& attack : attacks()) check(attack, {}, false);
}

TEST_CASE("every attack succeeds with the value that invites it, and with no other attack's value") {
  for (const Attack& attack : attacks()) {
    for (const Attack& other : attacks()) check(attack, {other.option()}, other.option() == attack.option());
  }
}

TEST_CASE("every attack succeeds with all the values together that invite one") {
  std::vector<std::string> options;
  for (const Attack& attack : attacks()) options.push_back(attack.option());
  for (const Attack& attack : attacks()) check(attack, options, true);
}

TEST_CASE("every attack is named in its section of the manual with the command that shows it") {
  const std::string text = test::read_file(HOP_MANUAL_VARIANTS);
  for (const Attack& attack : attacks()) {
    INFO(attack.name);
    const size_t begin = text.find("\n## " + attack.section + " ");
    REQUIRE(begin != std::string::npos);
    const std::string section = text.substr(begin, text.find("\n## ", begin + 1) - begin);
    CHECK(section.find("hop run " + attack.option() + " build/guest/" + attack.name + ".elf") != std::string::npos);
  }
}
