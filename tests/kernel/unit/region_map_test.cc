// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/memory/region_map.h"

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "tests/kernel/unit/pretended_ram.h"

using kernel::Region;
using kernel::RegionKind;
using kernel::RegionMap;
using kernel::Status;

namespace {

void add(RegionMap& map, uint64_t start, uint64_t end, uint64_t protection) {
  REQUIRE(map.add(start, end, protection, RegionKind::Memory) == Status::Ok);
  map.settle(start, end);
}

unsigned count(const RegionMap& map) {
  unsigned regions = 0;
  for (const Region* region = map.first_after(0); region != nullptr; region = map.first_after(region->end)) ++regions;
  return regions;
}

}  // namespace

TEST_CASE("neighbours of one kind are one region") {
  const PretendedRam ram(64);
  RegionMap map{kernel::machine_account()};
  add(map, 10, 20, 3);
  add(map, 30, 40, 3);
  CHECK(count(map) == 2);
  add(map, 20, 30, 3);
  CHECK(count(map) == 1);
  CHECK(map.find(15)->start == 10);
  CHECK(map.find(39)->end == 40);
  add(map, 40, 50, 1);
  CHECK(count(map) == 2);
  REQUIRE(map.protect(40, 50, 3) == Status::Ok);
  CHECK(count(map) == 1);
  map.remove_all();
}

TEST_CASE("removing from the middle cuts a region in two") {
  const PretendedRam ram(64);
  RegionMap map{kernel::machine_account()};
  add(map, 0, 100, 3);
  REQUIRE(map.remove(40, 60) == Status::Ok);
  CHECK(count(map) == 2);
  CHECK(map.find(39)->end == 40);
  CHECK(map.find(40) == nullptr);
  CHECK(map.find(60)->start == 60);
  CHECK(map.is_free(40, 60));
  CHECK_FALSE(map.is_free(40, 61));
  CHECK(map.is_covered(0, 40));
  CHECK_FALSE(map.is_covered(0, 41));
  map.remove_all();
}

TEST_CASE("any sequence of changes leaves what a plain table of pages says") {
  const PretendedRam ram(256);
  constexpr uint64_t kPages = 200;
  RegionMap map{kernel::machine_account()};
  std::vector<uint64_t> plain(kPages);  // protection, 0 = not mapped
  std::mt19937 random(3);
  for (int step = 0; step < 20000; ++step) {
    const uint64_t start = random() % kPages, end = start + 1 + random() % (kPages - start),
                   protection = 1 + random() % 3;
    bool is_free = true, is_covered = true;
    for (uint64_t page = start; page < end; ++page) (plain[page] == 0 ? is_covered : is_free) = false;
    REQUIRE(map.is_free(start, end) == is_free);
    REQUIRE(map.is_covered(start, end) == is_covered);
    uint64_t value = protection;
    switch (random() % 3) {
      case 0:
        if (!is_free) continue;
        add(map, start, end, protection);
        break;
      case 1:
        REQUIRE(map.remove(start, end) == Status::Ok);
        value = 0;
        break;
      default:
        if (!is_covered) continue;
        REQUIRE(map.protect(start, end, protection) == Status::Ok);
    }
    for (uint64_t page = start; page < end; ++page) plain[page] = value;
    unsigned regions = 0;
    for (uint64_t page = 0; page < kPages; ++page) {
      const Region* region = map.find(page);
      REQUIRE((region == nullptr ? 0 : region->protection) == plain[page]);
      if (plain[page] != 0 && (page == 0 || plain[page - 1] != plain[page])) ++regions;
    }
    REQUIRE(count(map) == regions);
  }
  map.remove_all();
  CHECK(kernel::frames().free_bytes() == ram.initially_free());
}

TEST_CASE("a cut that finds no memory changes nothing") {
  const PretendedRam ram(4);
  RegionMap map{kernel::machine_account()};
  std::vector<kernel::PhysicalAddress> hogs;
  add(map, 0, 100, 3);
  while (const auto frame = kernel::frames().allocate()) hogs.push_back(frame.value());
  uint64_t extra = 200;  // fill the frame the regions live in
  while (map.add(extra, extra + 1, 1, RegionKind::Memory) == Status::Ok) extra += 2;
  CHECK(map.remove(40, 60) == Status::OutOfMemory);
  CHECK(map.protect(40, 60, 1) == Status::OutOfMemory);
  CHECK(map.is_covered(0, 100));
  CHECK(map.find(50)->protection == 3);
  CHECK(map.find(50)->start == 0);
  CHECK(map.find(50)->end == 100);
  map.remove_all();
}
