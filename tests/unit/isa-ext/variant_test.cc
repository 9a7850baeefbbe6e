// SPDX-License-Identifier: GPL-2.0-or-later
#include <catch2/catch_test_macros.hpp>

#include "isa-ext/variant/parse.h"

using asx::set_flag;
using asx::Variant;

TEST_CASE("the default variant is valid and printed in one line") {
  CHECK_FALSE(asx::validate(Variant{}));
  const std::string line = asx::to_line(Variant{});
  CHECK(line.find(" selector-bits=12 frames=120 reserve=8") != std::string::npos);
  CHECK(line.find("return-stack=secure entry=gate generations=on save=callee") != std::string::npos);
}

TEST_CASE("every flag has help, a section of the manual, and a default within its range") {
  for (const auto& flag : asx::variant_flags()) {
    INFO(flag.name);
    CHECK_FALSE(flag.help.empty());
    CHECK_FALSE(flag.section.empty());
    CHECK(flag.get(Variant{}) == flag.default_value);
    CHECK(flag.minimum <= flag.default_value);
    CHECK(flag.default_value <= flag.maximum);
    CHECK((flag.is_number() || flag.choices.size() == flag.maximum + 1));
  }
}

TEST_CASE("every flag takes each of its values as it is printed, and no other") {
  for (const auto& flag : asx::variant_flags()) {
    INFO(flag.name);
    Variant variant;
    for (const uint32_t value : {flag.minimum, (flag.minimum + flag.maximum) / 2, flag.maximum}) {
      CHECK_FALSE(set_flag(variant, flag.name, flag.text(value)));
      CHECK(flag.get(variant) == value);
    }
    CHECK(set_flag(variant, flag.name, std::to_string(uint64_t{flag.maximum} + 1)));
    CHECK(set_flag(variant, flag.name, std::to_string(uint64_t{flag.minimum} - 1)));
    CHECK(flag.get(variant) == flag.maximum);
  }
}

TEST_CASE("a bad value is answered with one sentence that names flag, range and value") {
  Variant variant;
  CHECK(set_flag(variant, "selector-bits", "16") == "--selector-bits takes a number from 1 to 15, not '16'");
  for (const char* text : {"", "-1", "+4", "4x", " 4", "0x4", "99999999999999999999"}) {
    INFO(text);
    CHECK(set_flag(variant, "selector-bits", text));
  }
  CHECK(variant == Variant{});
  std::string sentence = "there is no variant flag --frame; there are";
  for (const auto& flag : asx::variant_flags()) sentence += " --" + std::string(flag.name);
  CHECK(set_flag(variant, "frame", "9") == sentence);
  CHECK(set_flag(variant, "save", "some") == "--save takes callee, all or none, not 'some'");
}

TEST_CASE("selectors too short for the kernel's own lists are refused") {
  CHECK(asx::validate({.selector_bits = 4}) ==
        "--selector-bits=4: the kernel and its services need 32 slots in a half; use 5 or more");
  CHECK_FALSE(asx::validate({.selector_bits = 5}));
}

TEST_CASE("a reserve that leaves no room for calls is refused, naming both flags and the remedy") {
  CHECK(asx::validate({.frames = 16, .reserve = 9}) ==
        "--reserve=9 with --frames=16: fewer than 8 frames are left for calls; raise --frames or lower --reserve");
  CHECK_FALSE(asx::validate({.frames = 16, .reserve = 8}));
}

TEST_CASE("a TLB that does not consist of whole sets is refused, and so is one whose sets are no power of two") {
  CHECK(asx::validate({.tlb_entries = 64, .tlb_ways = 5}) ==
        "--tlb-ways=5 with --tlb-entries=64: a TLB consists of whole sets; make the entries a multiple of the ways");
  CHECK(asx::validate({.tlb_entries = 2, .tlb_ways = 4}));
  CHECK(
      asx::validate({.tlb_entries = 24, .tlb_ways = 2}) ==
      "--tlb-ways=2 with --tlb-entries=24: the number of sets, entries / ways, must be a power of two; raise or lower "
      "--tlb-entries");
  CHECK_FALSE(asx::validate({.tlb_entries = 1536, .tlb_ways = 12}));
  CHECK_FALSE(asx::validate({.tlb_entries = 24, .tlb_ways = 24}));
  CHECK_FALSE(asx::validate({.tlb_entries = 1, .tlb_ways = 1}));
}
