// SPDX-License-Identifier: GPL-2.0-or-later
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>

#include "tests/userland/host_heap.h"
#include "userland/services/files/content.h"

namespace {

using hop::Status;
using hop::files::Content;

std::string read(const Content& content, uint64_t offset, uint64_t length) {
  std::string bytes;
  const int64_t got = content.read(offset, length, [&](const uint8_t* piece, uint64_t count) {
    bytes += piece == nullptr ? std::string(count, '\0') : std::string(reinterpret_cast<const char*>(piece), count);
    return Status::Ok;
  });
  CHECK(got == static_cast<int64_t>(bytes.size()));
  return bytes;
}

int64_t write(Content& content, uint64_t offset, const std::string& bytes) {
  size_t used = 0;
  return content.write(offset, bytes.size(), [&](uint8_t* to, uint64_t count) {
    bytes.copy(reinterpret_cast<char*>(to), count, used);
    used += count;
    return Status::Ok;
  });
}

}  // namespace

TEST_CASE("bytes written to a file are read back and the rest of it stays empty") {
  Content content;
  REQUIRE(write(content, 0, "hello") == 5);
  CHECK(read(content, 0, 100) == "hello");
  CHECK(read(content, 3, 100) == "lo");
  CHECK(read(content, 5, 100).empty());
  CHECK(read(content, 1000, 1).empty());
}

TEST_CASE("a hole in a file reads as zeros and takes no blocks") {
  Content content;
  REQUIRE(write(content, 1000000, "end") == 3);
  CHECK(content.size() == 1000003);
  CHECK(read(content, 999998, 5) == std::string("\0\0end", 5));
  CHECK(read(content, 10, 3) == std::string(3, '\0'));
  CHECK(content.blocks() < 1000003 / 512);
}

TEST_CASE("a write leaves the original bytes of a packed file untouched") {
  const std::string original(200000, 'o');
  Content content;
  content.set_original(reinterpret_cast<const uint8_t*>(original.data()), original.size());
  REQUIRE(write(content, 70000, "changed") == 7);
  CHECK(read(content, 69999, 9) == "ochangedo");
  CHECK(original == std::string(200000, 'o'));
  CHECK(content.size() == 200000);
}

TEST_CASE("a file that was cut and grows again has lost what was cut") {
  const std::string original(100000, 'o');
  Content content;
  content.set_original(reinterpret_cast<const uint8_t*>(original.data()), original.size());
  REQUIRE(write(content, 0, "new") == 3);
  REQUIRE(content.truncate(2) == Status::Ok);
  REQUIRE(content.truncate(90000) == Status::Ok);
  CHECK(read(content, 0, 4) == std::string("ne\0\0", 4));
  CHECK(read(content, 80000, 10) == std::string(10, '\0'));
}

TEST_CASE("a write that the source refuses in the middle keeps what came before") {
  Content content;
  int pieces = 0;
  const int64_t written = content.write(
      0, 3 * Content::kChunk, [&](uint8_t*, uint64_t) { return ++pieces <= 2 ? Status::Ok : Status::BadAddress; });
  CHECK(written == static_cast<int64_t>(2 * Content::kChunk));
  CHECK(content.size() == 2 * Content::kChunk);
}

TEST_CASE("a write without memory is NoSpace and changes nothing") {
  Content content;
  test::fail_allocation_after(0);
  CHECK(write(content, 0, "x") == static_cast<int64_t>(Status::NoSpace));
  test::fail_allocation_after(-1);
  CHECK(content.size() == 0);
}

TEST_CASE("a file larger than the limit is refused") {
  Content content;
  CHECK(write(content, Content::kMaximumSize, "x") == static_cast<int64_t>(Status::FileTooBig));
  CHECK(content.truncate(Content::kMaximumSize + 1) == Status::FileTooBig);
}

TEST_CASE("random writes and cuts agree with a string") {
  const int64_t blocks_before = test::live_blocks();
  std::mt19937 random(7);
  {
    Content content;
    std::string model(150000, 'o');
    const std::string original = model;
    content.set_original(reinterpret_cast<const uint8_t*>(original.data()), original.size());
    for (int step = 0; step < 2000; ++step) {
      const uint64_t offset = random() % 300000, length = random() % 5000;
      if (random() % 5 == 0) {
        REQUIRE(content.truncate(offset) == Status::Ok);
        model.resize(offset);
      } else {
        const std::string bytes(length, static_cast<char>('a' + random() % 26));
        REQUIRE(write(content, offset, bytes) == static_cast<int64_t>(length));
        if (length != 0 && model.size() < offset + length) model.resize(offset + length);
        model.replace(offset < model.size() ? offset : model.size(), length, bytes);
      }
      REQUIRE(content.size() == model.size());
      const uint64_t from = random() % 300000;
      REQUIRE(read(content, from, 3000) == (from < model.size() ? model.substr(from, 3000) : ""));
    }
    CHECK(read(content, 0, model.size()) == model);
  }
  CHECK(test::live_blocks() == blocks_before);
}
