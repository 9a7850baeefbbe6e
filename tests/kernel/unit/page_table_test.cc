// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/memory/page_table.h"

#include <catch2/catch_test_macros.hpp>
#include <map>

#include "tests/kernel/unit/pretended_ram.h"

using kernel::frames;
using kernel::PageTable;
using kernel::Status;

TEST_CASE("leaves are found where they were put, and tables vanish with their last leaf") {
  const PretendedRam ram(256);
  PageTable table{kernel::machine_account()};
  REQUIRE(table.create() == Status::Ok);
  const uint64_t with_root = frames().free_bytes();
  const std::map<uint64_t, uint64_t> leaves = {
      {0, 0x1001},           {0x1000, 0x2001},         {0x20'0000, 0x3001},
      {0x4000'0000, 0x4001}, {0x80'0000'0000, 0x5001}, {0xffff'ffff'f000, 0x6001}};
  for (const auto& [offset, leaf] : leaves) REQUIRE(table.set(offset, leaf) == Status::Ok);
  for (const auto& [offset, leaf] : leaves) CHECK(*table.find(offset + 8) == leaf);
  CHECK(*table.find(0x2000) == 0);
  CHECK(table.find(0x6000'0000) == nullptr);

  std::map<uint64_t, uint64_t> seen;
  table.for_each(0, kernel::kSpaceLimit, [&](uint64_t offset, uint64_t leaf) { seen[offset] = leaf; });
  CHECK(seen == leaves);

  seen.clear();
  table.clear(0x1000, 0x4000'1000, [&](uint64_t offset, uint64_t leaf) { seen[offset] = leaf; });
  CHECK(seen.size() == 3);
  CHECK(*table.find(0) == 0x1001);
  CHECK(*table.find(0x1000) == 0);
  table.clear(0, kernel::kSpaceLimit, [](uint64_t, uint64_t) {});
  CHECK(frames().free_bytes() == with_root);
  table.destroy();
  CHECK(frames().free_bytes() == ram.initially_free());
}

TEST_CASE("a leaf that gets no table leaves no table behind") {
  const PretendedRam ram(5);  // the root and three tables; the reserved frame
  PageTable table{kernel::machine_account()};
  REQUIRE(table.create() == Status::Ok);
  REQUIRE(table.set(0, 1) == Status::Ok);
  CHECK(frames().free_bytes() == 0);
  CHECK(table.set(0x80'0000'0000, 1) == Status::OutOfMemory);
  CHECK(*table.find(0) == 1);
  table.clear(0, 0x1000, [](uint64_t, uint64_t) {});
  CHECK(frames().free_bytes() == 3 * 4096);
  const auto hog = frames().allocate();
  CHECK(table.set(0x80'0000'0000, 1) == Status::OutOfMemory);
  CHECK(frames().free_bytes() == 2 * 4096);
  frames().release(hog.value());
  table.destroy();
}
