// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/range_map.h"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <random>

using hop::personality::Range;
using hop::personality::RangeMap;

namespace {

constexpr uint64_t kPage = 4096;

void check_order(const RangeMap& map) {
  for (uint32_t i = 0; i < map.count(); i++) {
    REQUIRE(map.at(i).start < map.at(i).end);
    if (i == 0) continue;
    REQUIRE(map.at(i - 1).end <= map.at(i).start);
    const bool alike = map.at(i - 1).end == map.at(i).start && map.at(i - 1).protection == map.at(i).protection;
    REQUIRE_FALSE(alike);
  }
}

}  // namespace

TEST_CASE("neighbours with the same rights become one range") {
  RangeMap map;
  REQUIRE(map.insert({0x1000, 0x2000, 3}));
  REQUIRE(map.insert({0x3000, 0x4000, 3}));
  REQUIRE(map.count() == 2);
  REQUIRE(map.insert({0x2000, 0x3000, 3}));
  REQUIRE(map.count() == 1);
  REQUIRE(map.at(0).start == 0x1000);
  REQUIRE(map.at(0).end == 0x4000);
}

TEST_CASE("taking the middle out of a range leaves two") {
  RangeMap map;
  REQUIRE(map.insert({0x1000, 0x5000, 1}));
  REQUIRE(map.remove(0x2000, 0x3000));
  REQUIRE(map.count() == 2);
  REQUIRE(map.find(0x1fff) != nullptr);
  REQUIRE(map.find(0x2000) == nullptr);
  REQUIRE(map.find(0x3000) != nullptr);
  REQUIRE(map.total_bytes() == 0x3000);
}

TEST_CASE("a free place is the lowest that is long enough") {
  RangeMap map;
  REQUIRE(map.insert({0x10000, 0x11000, 3}));
  REQUIRE(map.insert({0x12000, 0x13000, 3}));
  REQUIRE(map.find_free(0x1000, 0x10000, 0x20000) == 0x11000);
  REQUIRE(map.find_free(0x2000, 0x10000, 0x20000) == 0x13000);
  REQUIRE(map.find_free(0xe000, 0x10000, 0x20000) == 0);
}

TEST_CASE("after any sequence of changes the map agrees with a page by page model") {
  constexpr uint64_t kPages = 64;
  std::mt19937_64 random(7);
  RangeMap map;
  std::array<uint64_t, kPages> model{};  // 0 = free, else protection + 1
  for (int round = 0; round < 20000; round++) {
    const uint64_t first = random() % kPages, last = first + 1 + random() % (kPages - first);
    const uint64_t protection = random() % 3;
    const uint64_t start = first * kPage, end = last * kPage;
    switch (random() % 3) {
      case 0:
        if (!map.is_free(start, end)) continue;
        REQUIRE(map.insert({start, end, protection}));
        for (uint64_t page = first; page < last; page++) model[page] = protection + 1;
        break;
      case 1:
        REQUIRE(map.remove(start, end));
        for (uint64_t page = first; page < last; page++) model[page] = 0;
        break;
      default:
        REQUIRE(map.protect(start, end, protection));
        for (uint64_t page = first; page < last; page++)
          if (model[page] != 0) model[page] = protection + 1;
    }
    check_order(map);
    bool is_free = true, is_mapped = true;
    for (uint64_t page = 0; page < kPages; page++) {
      const Range* range = map.find(page * kPage);
      REQUIRE((range == nullptr ? 0 : range->protection + 1) == model[page]);
      if (page >= first && page < last) (model[page] == 0 ? is_mapped : is_free) = false;
    }
    REQUIRE(map.is_free(start, end) == is_free);
    REQUIRE(map.is_mapped(start, end) == is_mapped);
  }
}
