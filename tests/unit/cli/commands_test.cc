// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/image/commands.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/cli/scratch.h"

using namespace std::string_literals;

TEST_CASE("the commands module holds every string of every command with their numbers") {
  const emu::Bytes module = emu::write_commands({
      {"/home", {"prog", "", "a b", "\1"}, {"A=1", "B="}, "/bin/prog"},
      {"/", {"x"}, {}, "/x"},
  });
  CHECK(module == test::to_bytes("/home\0004\0prog\0\0a b\0\1\0002\0A=1\0B=\0/bin/prog\0"s + "/\0001\0x\0000\0/x\0"s));
}

TEST_CASE("no commands make an empty module") {
  CHECK(emu::write_commands({}).empty());
}
