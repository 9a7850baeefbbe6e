// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/memory/frame_allocator.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <random>

#include "kernel/memory/object_cache.h"
#include "tests/kernel/unit/pretended_ram.h"

using kernel::FrameAllocator;
using kernel::frames;
using kernel::PhysicalAddress;
using kernel::Status;

TEST_CASE("all frames can be had once, and no more") {
  const PretendedRam ram(300);
  CHECK(frames().free_bytes() == 299 * 4096);
  std::vector<PhysicalAddress> taken;
  std::vector<bool> seen(300);
  for (auto frame = frames().allocate(); frame; frame = frames().allocate()) {
    REQUIRE(frame.value().value % 4096 == 0);
    REQUIRE(frame.value().value != 0);
    REQUIRE_FALSE(seen[frame.value().value / 4096]);
    seen[frame.value().value / 4096] = true;
    taken.push_back(frame.value());
  }
  CHECK(taken.size() == 299);
  CHECK(frames().free_bytes() == 0);
  CHECK(frames().allocate().status() == Status::OutOfMemory);
  for (const PhysicalAddress frame : taken) frames().release(frame);
  CHECK(frames().free_bytes() == 299 * 4096);
}

TEST_CASE("blocks are aligned to their size, do not overlap, and merge again when freed in any order") {
  const PretendedRam ram(4096);
  std::mt19937 random(1);
  struct Block {
    PhysicalAddress start;
    unsigned order;
  };
  std::vector<Block> blocks;
  std::vector<int> owner(4096, -1);
  for (int step = 0; step < 20000; ++step) {
    if (random() % 2 == 0 || blocks.empty()) {
      const unsigned order = random() % 6;
      const auto start = frames().allocate(order);
      if (!start) continue;
      const uint64_t first = start.value().value / 4096;
      REQUIRE(first % (1u << order) == 0);
      for (uint64_t i = first; i < first + (1u << order); ++i) {
        REQUIRE(owner[i] == -1);
        owner[i] = step;
      }
      blocks.push_back({start.value(), order});
    } else {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      const Block block = blocks.back();
      blocks.pop_back();
      for (uint64_t i = 0; i < (1u << block.order); ++i) owner[block.start.value / 4096 + i] = -1;
      frames().free(block.start, block.order);
    }
  }
  for (const Block& block : blocks) frames().free(block.start, block.order);
  CHECK(frames().free_bytes() == ram.initially_free());
  CHECK(frames().allocate(FrameAllocator::kMaximumOrder).has_value());
}

TEST_CASE("a frame is free when its last reference is released") {
  const PretendedRam ram(16);
  const auto frame = frames().allocate();
  frames().reference(frame.value());
  frames().release(frame.value());
  CHECK(frames().free_bytes() == ram.initially_free() - 4096);
  frames().release(frame.value());
  CHECK(frames().free_bytes() == ram.initially_free());
}

TEST_CASE("a frame that was never given to the allocator stays reserved, however often it is released") {
  const PretendedRam ram(16);
  frames().reference({0});
  frames().release({0});
  frames().release({0});
  CHECK(frames().free_bytes() == ram.initially_free());
}

TEST_CASE("zeroed blocks are zero") {
  const PretendedRam ram(64);
  const auto dirty = frames().allocate(2);
  for (int i = 0; i < 4 * 512; ++i) kernel::at<uint64_t>(dirty.value())[i] = ~0ull;
  frames().free(dirty.value(), 2);
  const auto clean = frames().allocate_zeroed(2);
  REQUIRE(clean.value() == dirty.value());
  uint64_t any = 0;
  for (int i = 0; i < 4 * 512; ++i) any |= kernel::at<uint64_t>(clean.value())[i];
  CHECK(any == 0);
}

TEST_CASE("an object cache gives back a frame with its last object") {
  struct Object {
    uint64_t words[20];
  };
  const PretendedRam ram(64);
  kernel::ObjectCache<Object> cache;
  std::vector<Object*> objects;
  for (Object* object = cache.create(); object != nullptr; object = cache.create()) objects.push_back(object);
  CHECK(frames().free_bytes() == 0);
  CHECK(objects.size() == 63 * 25);
  std::mt19937 random(2);
  std::shuffle(objects.begin(), objects.end(), random);
  for (Object* object : objects) cache.destroy(object);
  CHECK(frames().free_bytes() == ram.initially_free());
}
