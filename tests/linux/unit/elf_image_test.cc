// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/elf_image.h"

#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <vector>

#include "userland/services/linux/abi/elf.h"

using namespace hop::personality;

namespace {

/// A static program of one text and one data segment, to be damaged by the tests.
struct File {
  ElfHeader header{};
  std::vector<ElfProgramHeader> segments;
  uint64_t size = 0x4000;

  File() {
    const uint8_t ident[8] = {0x7f, 'E', 'L', 'F', 2, 1, 1, 0};
    std::memcpy(header.ident, ident, sizeof(ident));
    header.type = kElfExecutable;
    header.machine = kElfX8664;
    header.entry = 0x401000;
    header.program_headers = sizeof(ElfHeader);
    header.program_header_size = sizeof(ElfProgramHeader);
    segments.push_back({kSegmentLoad, kSegmentRead, 0, 0x400000, 0, 0x200, 0x200, 0x1000});
    segments.push_back({kSegmentLoad, kSegmentRead | kSegmentExecute, 0x1000, 0x401000, 0, 0x800, 0x800, 0x1000});
    segments.push_back({kSegmentLoad, kSegmentRead | kSegmentWrite, 0x2e80, 0x403e80, 0, 0x200, 0x3000, 0x1000});
  }
  [[nodiscard]] std::vector<std::byte> bytes() {
    header.program_header_count = static_cast<uint16_t>(segments.size());
    std::vector<std::byte> result(4096);
    std::memcpy(result.data(), &header, sizeof(header));
    std::memcpy(result.data() + sizeof(header), segments.data(), segments.size() * sizeof(ElfProgramHeader));
    return result;
  }
  ElfRefusal plan(ElfPlan& result) {
    const auto front = bytes();
    return plan_elf(front.data(), front.size(), size, result);
  }
  ElfRefusal refusal() {
    ElfPlan result;
    return plan(result);
  }
};

}  // namespace

TEST_CASE("a static program is planned in whole pages with the rights of its segments") {
  File file;
  ElfPlan plan;
  REQUIRE(file.plan(plan) == ElfRefusal::None);
  REQUIRE(plan.segment_count == 3);
  REQUIRE(plan.entry == 0x401000);
  REQUIRE(plan.headers_address == 0x400040);
  REQUIRE(plan.segments[1].protection == 5);
  REQUIRE(plan.segments[2].start == 0x403000);
  REQUIRE(plan.segments[2].end == 0x407000);
  REQUIRE(plan.segments[2].file_offset == 0x2000);
  REQUIRE(plan.segments[2].file_bytes == 0x1080);
}

TEST_CASE("a static-pie program is moved to the base for such programs") {
  File file;
  file.header.type = kElfDynamic;
  file.header.entry = 0x1000;
  for (ElfProgramHeader& segment : file.segments) segment.virtual_address -= 0x400000;
  ElfPlan plan;
  REQUIRE(file.plan(plan) == ElfRefusal::None);
  REQUIRE(plan.entry == kPieBase + 0x1000);
  REQUIRE(plan.headers_address == kPieBase + 0x40);
}

TEST_CASE("files that are no static x86-64 program are refused, each for its reason") {
  File file;
  SECTION("a text file") {
    file.header.ident[0] = '#';
    REQUIRE(file.refusal() == ElfRefusal::NotElf);
  }
  SECTION("a 32-bit program") {
    file.header.ident[4] = 1;
    REQUIRE(file.refusal() == ElfRefusal::Not64Bit);
  }
  SECTION("a program for another processor") {
    file.header.machine = 183;
    REQUIRE(file.refusal() == ElfRefusal::NotX86);
  }
  SECTION("an object file") {
    file.header.type = 1;
    REQUIRE(file.refusal() == ElfRefusal::NotExecutable);
  }
  SECTION("a dynamically linked program") {
    file.segments.push_back({kSegmentInterpreter, kSegmentRead, 0x300, 0x400300, 0, 0x1c, 0x1c, 1});
    REQUIRE(file.refusal() == ElfRefusal::Dynamic);
  }
  SECTION("a segment beyond the end of the file") {
    file.size = 0x2f00;
    REQUIRE(file.refusal() == ElfRefusal::BadSegment);
  }
  SECTION("a segment whose end wraps around") {
    file.segments[2].memory_size = ~uint64_t{0} - 0x1000;
    REQUIRE(file.refusal() == ElfRefusal::BadSegment);
  }
  SECTION("a file size that wraps around") {
    file.segments[2].offset = ~uint64_t{0} - 0xfff + 0xe80;
    REQUIRE(file.refusal() == ElfRefusal::BadSegment);
  }
  SECTION("an entry point that is not in an executable segment") {
    file.header.entry = 0x403f00;
    REQUIRE(file.refusal() == ElfRefusal::BadSegment);
  }
  SECTION("segments on one page") {
    file.segments[2].virtual_address = 0x401e80;
    REQUIRE(file.refusal() == ElfRefusal::Overlap);
  }
  SECTION("no segments") {
    file.segments.resize(1);
    file.segments[0].type = kSegmentStack;
    REQUIRE(file.refusal() == ElfRefusal::NoSegments);
  }
}

TEST_CASE("every cut of a program's front is refused without reading beyond it") {
  File file;
  const auto whole = file.bytes();
  for (size_t length = 0; length < sizeof(ElfHeader) + 3 * sizeof(ElfProgramHeader); length++) {
    const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(length));
    ElfPlan plan;
    REQUIRE(plan_elf(cut.data(), cut.size(), file.size, plan) != ElfRefusal::None);
  }
}
