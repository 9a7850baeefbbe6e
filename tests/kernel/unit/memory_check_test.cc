// SPDX-License-Identifier: GPL-2.0-or-later
// Each test breaks one thing, and the check says exactly which, and where.
#include "kernel/check/memory_check.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>
#include <vector>

#include "kernel/abi/call.h"
#include "tests/kernel/unit/pretended_ram.h"

using kernel::FrameInfo;
using kernel::frames;
using kernel::MemoryCheck;
using kernel::PageTable;
using kernel::PhysicalAddress;
using kernel::RegionKind;
using kernel::RegionMap;
using kernel::Status;

namespace {

using Found = std::vector<std::pair<std::string, uint64_t>>;
Found found;

constexpr uint64_t kPage = asx::kPageSize;
constexpr uint64_t kStart = 0x10'0000;
constexpr uint64_t kWritable = asx::kPtePresent | asx::kPteWrite | asx::kPteUser;

/// A space with a region of four pages, the first of which has a frame.
struct Memory {
  PretendedRam ram{256};
  PageTable pages{kernel::machine_account()};
  RegionMap regions{kernel::machine_account()};
  PhysicalAddress frame;
  Memory() {
    found.clear();
    REQUIRE(pages.create() == Status::Ok);
    REQUIRE(regions.add(kStart, kStart + 4 * kPage, hop::kProtectRead | hop::kProtectWrite, RegionKind::Memory) ==
            Status::Ok);
    frame = frames().allocate().value();
    REQUIRE(pages.set(kStart, frame.value | kWritable) == Status::Ok);
  }
  ~Memory() { regions.remove_all(); }
  Found check() {
    const uint64_t free = frames().free_bytes();
    kernel::Violations violations([](const char* what, uint64_t where) { found.emplace_back(what, where); });
    MemoryCheck check(violations);
    REQUIRE(check.begin() == Status::Ok);
    check.add_space(pages, regions);
    check.finish();
    CHECK(violations.count() == found.size());
    CHECK(frames().free_bytes() == free);
    return std::exchange(found, {});
  }
};

}  // namespace

TEST_CASE("a check of memory finds nothing where nothing is wrong, before and after sharing") {
  Memory memory;
  CHECK(memory.check().empty());
  frames().reference(memory.frame);
  REQUIRE(memory.pages.set(kStart + kPage, memory.frame.value | kWritable) == Status::Ok);
  CHECK(memory.check().empty());
}

TEST_CASE("a check of memory finds a reference too many and one too few") {
  Memory memory;
  frames().reference(memory.frame);
  CHECK(memory.check() == Found{{"a frame's references are miscounted", memory.frame.value}});
  frames().info(memory.frame).references = 1;
  REQUIRE(memory.pages.set(kStart + kPage, memory.frame.value | kWritable) == Status::Ok);
  CHECK(memory.check() == Found{{"a frame's references are miscounted", memory.frame.value}});
}

TEST_CASE("a check of memory finds a mapped frame that is free") {
  Memory memory;
  frames().release(memory.frame);
  CHECK(memory.check() == Found{{"a free frame is mapped", memory.frame.value}});
}

TEST_CASE("a check of memory finds a table whose entries are miscounted") {
  Memory memory;
  ++frames().info(memory.pages.root()).entries;
  CHECK(memory.check() == Found{{"a page table's entries are miscounted", memory.pages.root().value}});
}

TEST_CASE("a check of memory finds pages outside regions, and pages with more rights than their region") {
  Memory memory;
  REQUIRE(memory.regions.protect(kStart, kStart + kPage, hop::kProtectRead) == Status::Ok);
  CHECK(memory.check() == Found{{"a page can be written and its region cannot", kStart}});
  *memory.pages.find(kStart) |= kernel::kPageDevice;
  *memory.pages.find(kStart) &= ~uint64_t{asx::kPteWrite};
  CHECK(memory.check() == Found{{"a page is of another kind than its region", kStart}});
  *memory.pages.find(kStart) &= ~uint64_t{kernel::kPageDevice};
  REQUIRE(memory.regions.remove(kStart, kStart + kPage) == Status::Ok);
  CHECK(memory.check() == Found{{"a page lies in no region", kStart}});
}

TEST_CASE("a check of memory finds regions that overlap or are empty") {
  Memory memory;
  REQUIRE(memory.regions.add(kStart + 8 * kPage, kStart + 9 * kPage, hop::kProtectRead, RegionKind::Memory) ==
          Status::Ok);
  memory.regions.find(kStart)->end = kStart + 9 * kPage;
  CHECK(memory.check() == Found{{"regions overlap", kStart + 8 * kPage}});
  memory.regions.find(kStart)->end = kStart + 4 * kPage;
  kernel::Region* last = memory.regions.find(kStart + 8 * kPage);
  last->end = last->start;
  CHECK(memory.check() == Found{{"a region is empty", kStart + 8 * kPage}});
}

TEST_CASE("a check of memory finds a page table that is mapped as a page") {
  Memory memory;
  const uint64_t root = memory.pages.root().value;
  REQUIRE(memory.pages.set(kStart + kPage, root | kWritable) == Status::Ok);
  CHECK(memory.check() == Found{{"a page table is mapped as a page", kStart + kPage}});
}

TEST_CASE("a check of memory finds a free list that is broken") {
  Memory memory;
  FrameInfo& upper_half = frames().info({128 * kPage});
  upper_half.previous = 1;
  CHECK(memory.check() == Found{{"a free list names what does not belong there", 7}});
}
