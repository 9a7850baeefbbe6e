// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/fd_table.h"

#include <catch2/catch_test_macros.hpp>

using namespace hop::personality;

namespace {

/// Counts how many are alive.
struct TestFile : OpenFile {
  explicit TestFile(int& count) : OpenFile(kReadWrite), alive(count) { alive++; }
  ~TestFile() override { alive--; }
  int64_t status(uint64_t) override { return 0; }
  int& alive;
};

}  // namespace

TEST_CASE("a new descriptor gets the lowest free number from a bound on") {
  int alive = 0;
  FdTable table;
  REQUIRE(table.install(new TestFile(alive), false) == 0);
  REQUIRE(table.install(new TestFile(alive), false) == 1);
  REQUIRE(table.install(new TestFile(alive), true, 5) == 5);
  REQUIRE(table.close(0) == 0);
  REQUIRE(table.install(new TestFile(alive), false) == 0);
  REQUIRE(table.is_close_on_exec(5));
  REQUIRE_FALSE(table.is_close_on_exec(1));
}

TEST_CASE("an open file lives until its last descriptor is closed") {
  int alive = 0;
  FdTable table;
  auto* file = new TestFile(alive);
  REQUIRE(table.install(file, false) == 0);
  REQUIRE(table.replace(7, file, false) == 7);
  REQUIRE(table.close(0) == 0);
  REQUIRE(alive == 1);
  REQUIRE(table.get(7) == file);
  REQUIRE(table.close(7) == 0);
  REQUIRE(alive == 0);
  REQUIRE(table.close(7) == kEbadf);
}

TEST_CASE("replacing a descriptor by its own file keeps the file") {
  int alive = 0;
  FdTable table;
  auto* file = new TestFile(alive);
  REQUIRE(table.install(file, false) == 0);
  REQUIRE(table.replace(0, file, true) == 0);
  REQUIRE(alive == 1);
}

TEST_CASE("only the low 32 bits of a descriptor count, and none beyond the table") {
  int alive = 0;
  FdTable table;
  auto* file = new TestFile(alive);
  REQUIRE(table.install(file, false) == 0);
  REQUIRE(table.get(0xffff'ffff'0000'0000) == file);
  REQUIRE(table.get(~uint64_t{0}) == nullptr);
  REQUIRE(table.get(FdTable::kMaximum) == nullptr);
  REQUIRE(table.replace(FdTable::kMaximum, file, false) == kEbadf);
}

TEST_CASE("no number beyond the limit is given out") {
  int alive = 0;
  FdTable table;
  table.set_limit(1);
  REQUIRE(table.install(new TestFile(alive), false) == 0);
  auto* file = new TestFile(alive);
  REQUIRE(table.install(file, false) == kEmfile);
  file->release();
  REQUIRE(alive == 1);
}

TEST_CASE("close_for_exec closes what is marked and nothing else") {
  int alive = 0;
  FdTable table;
  REQUIRE(table.install(new TestFile(alive), false) == 0);
  REQUIRE(table.install(new TestFile(alive), true) == 1);
  table.close_for_exec();
  REQUIRE(table.get(0) != nullptr);
  REQUIRE(table.get(1) == nullptr);
}
