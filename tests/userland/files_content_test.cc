// SPDX-License-Identifier: GPL-2.0-or-later
#include <catch2/catch_test_macros.hpp>
#include <cstring>
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
    return count;
  });
  CHECK(got == static_cast<int64_t>(bytes.size()));
  return bytes;
}

int64_t write(Content& content, uint64_t offset, const std::string& bytes) {
  size_t used = 0;
  return content.write(offset, bytes.size(), [&](uint8_t* to, uint64_t count) {
    bytes.copy(reinterpret_cast<char*>(to), count, used);
    used += count;
    return count;
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
  CHECK(content.blocks() == 8);
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

TEST_CASE("a write that the source ends in the middle keeps what came before, to the byte") {
  Content content;
  int pieces = 0;
  const auto source = [&](uint8_t* to, uint64_t count) {
    const uint64_t given = ++pieces <= 2 ? count : 100;
    std::memset(to, 'g', given);
    return given;
  };
  CHECK(content.write(0, 3 * Content::kChunk, source) == static_cast<int64_t>(2 * Content::kChunk + 100));
  CHECK(content.size() == 2 * Content::kChunk + 100);
  REQUIRE(content.truncate(3 * Content::kChunk) == Status::Ok);
  CHECK(read(content, 2 * Content::kChunk + 99, 3) == std::string("g\0\0", 3));
}

TEST_CASE("a write whose first byte cannot be had is BadAddress and leaves the file as it was") {
  Content content;
  CHECK(content.write(5000, 10, [](uint8_t*, uint64_t) { return uint64_t{0}; }) ==
        static_cast<int64_t>(Status::BadAddress));
  CHECK(content.size() == 0);
  CHECK(content.blocks() == 0);
}

TEST_CASE("a read that the sink ends in the middle tells how far it came") {
  Content content;
  REQUIRE(write(content, 0, std::string(100000, 'x')) == 100000);
  CHECK(content.read(0, 100000, [](const uint8_t*, uint64_t count) { return count < 70 ? count : uint64_t{70}; }) ==
        70);
  CHECK(content.read(0, 10, [](const uint8_t*, uint64_t) { return uint64_t{0}; }) ==
        static_cast<int64_t>(Status::BadAddress));
}

TEST_CASE("the blocks of a file are its pages that were written or packed") {
  const std::string original(10000, 'o');
  Content content;
  content.set_original(reinterpret_cast<const uint8_t*>(original.data()), original.size());
  CHECK(content.blocks() == 3 * 8);
  REQUIRE(write(content, 9999, "ab") == 2);
  CHECK(content.blocks() == 3 * 8);
  REQUIRE(write(content, 50 * Content::kChunk - 1, "ab") == 2);
  CHECK(content.blocks() == 5 * 8);
  REQUIRE(content.truncate(4096) == Status::Ok);
  CHECK(content.blocks() == 8);
  REQUIRE(content.truncate(0) == Status::Ok);
  CHECK(content.blocks() == 0);
}

TEST_CASE("a far write needs memory for what is written, not for the way there") {
  const int64_t before = test::live_blocks();
  Content content;
  REQUIRE(write(content, Content::kMaximumSize - 1, "x") == 1);
  CHECK(test::live_blocks() - before <= 3);
  CHECK(content.size() == Content::kMaximumSize);
  CHECK(content.blocks() == 8);
}

TEST_CASE("a write without memory is NoSpace and changes nothing") {
  Content content;
  test::fail_allocation_after(0);
  CHECK(write(content, 0, "x") == static_cast<int64_t>(Status::NoSpace));
  test::fail_allocation_after(-1);
  CHECK(content.size() == 0);
}

TEST_CASE("a file grows only into the memory that is for files, and may be written over without any") {
  Content content;
  REQUIRE(write(content, 0, "old") == 3);
  test::limit_files(0);
  CHECK(write(content, 0, "new") == 3);
  CHECK(write(content, Content::kChunk, "x") == static_cast<int64_t>(Status::NoSpace));
  test::limit_files(-1);
  CHECK(read(content, 0, 10) == "new");
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
    uint64_t pages = 0;  // no hole is counted, and no page with something in it is left out
    for (size_t page = 0; page < model.size(); page += Content::kPage) {
      pages += model.substr(page, Content::kPage).find_first_not_of('\0') != std::string::npos;
    }
    CHECK(content.blocks() >= pages * 8);
    CHECK(content.blocks() <= (model.size() + Content::kPage - 1) / Content::kPage * 8);
  }
  CHECK(test::live_blocks() == blocks_before);
}
