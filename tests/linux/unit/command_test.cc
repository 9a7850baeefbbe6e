// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/commands.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace hop::personality;

namespace {

std::string joined(std::initializer_list<const char*> strings) {
  std::string result;
  for (const char* text : strings) result += std::string(text) + '\0';
  return result;
}

}  // namespace

TEST_CASE("commands are read one after the other, empty arguments included") {
  const std::string module = joined({"/tmp", "2", "echo", "", "1", "A=1", "/bin/echo", "/", "0", "0", "/bin/true"});
  CommandReader reader(module.data(), module.size());
  Command command;
  REQUIRE(reader.next(command));
  REQUIRE(std::string(command.directory) == "/tmp");
  REQUIRE(command.arguments.count == 2);
  REQUIRE(command.arguments.bytes == 6);
  REQUIRE(command.environment.count == 1);
  REQUIRE(std::string(command.file) == "/bin/echo");
  REQUIRE(reader.next(command));
  REQUIRE(command.arguments.count == 0);
  REQUIRE(std::string(command.file) == "/bin/true");
  REQUIRE_FALSE(reader.next(command));
  REQUIRE_FALSE(reader.is_damaged());
}

TEST_CASE("a module that is cut short is damaged, wherever it is cut") {
  const std::string module = joined({"/tmp", "1", "echo", "1", "A=1", "/bin/echo"});
  for (size_t length = 1; length < module.size(); length++) {
    CommandReader reader(module.data(), length);
    Command command;
    REQUIRE_FALSE(reader.next(command));
    REQUIRE(reader.is_damaged());
  }
}

TEST_CASE("a count that is no number is damage") {
  const std::string module = joined({"/tmp", "1x", "echo", "0", "/bin/echo"});
  CommandReader reader(module.data(), module.size());
  Command command;
  REQUIRE_FALSE(reader.next(command));
  REQUIRE(reader.is_damaged());
}
