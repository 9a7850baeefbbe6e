// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/text.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "userland/services/linux/random.h"

using namespace hop::personality;

TEST_CASE("numbers are written in their base, with their least width and sign") {
  char buffer[64];
  TextWriter out(buffer, sizeof(buffer));
  out.number(0)
      .character(' ')
      .integer(-42)
      .character(' ')
      .hexadecimal(0xbeef)
      .character(' ')
      .octal(0644)
      .character(' ')
      .number(7, 10, 2);
  REQUIRE(std::string(buffer, out.length()) == "0 -42 0xbeef 0644 07");
}

TEST_CASE("text that does not fit is cut") {
  char buffer[4];
  TextWriter out(buffer, sizeof(buffer));
  out.text("abcdef");
  REQUIRE(std::string(buffer, out.length()) == "abcd");
}

TEST_CASE("the same seed gives the same random words, as the published generator does") {
  Random first, second;
  first.seed(0);
  second.seed(0);
  REQUIRE(first.next() == 0x99ec5f36cb75f2b4);  // SplitMix64(0) into xoshiro256**
  REQUIRE(second.next() == 0x99ec5f36cb75f2b4);
  REQUIRE(first.next() == second.next());
}
