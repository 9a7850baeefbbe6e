// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/image/program.h"

#include <catch2/catch_test_macros.hpp>
#include <cstring>

#include "tests/unit/cli/scratch.h"

using emu::ProgramKind;
using test::SmallElf;

namespace {

std::string error_of(const emu::Bytes& bytes) {
  const emu::Result<emu::ProgramFacts> facts = emu::check_program(bytes, "prog");
  return facts ? "no error" : facts.error();
}

std::string error_of(const SmallElf& elf) {
  return error_of(elf.bytes());
}

/// Adds a segment whose content is `rest`'s next bytes; the file grows by it.
Elf64_Phdr& add_segment(SmallElf& elf, uint32_t type, const std::string& content) {
  elf.segments.emplace_back();
  elf.header.e_phnum = static_cast<uint16_t>(elf.segments.size());
  Elf64_Phdr& segment = elf.segments.back();
  segment.p_type = type;
  segment.p_offset = segment.p_vaddr = elf.rest_offset() + elf.rest.size();
  segment.p_filesz = segment.p_memsz = content.size();
  const emu::Bytes bytes = test::to_bytes(content);
  elf.rest.insert(elf.rest.end(), bytes.begin(), bytes.end());
  return segment;
}

std::string corrupt(const std::string& what) {
  return "prog is corrupt: " + what + "; build or copy it again";
}

}  // namespace

TEST_CASE("a static program passes and its memory is counted in pages") {
  SmallElf elf;
  elf.segments[0].p_memsz = 0x1001;
  emu::Result<emu::ProgramFacts> facts = emu::check_program(elf.bytes(), "prog");
  REQUIRE(facts);
  CHECK(facts.value().kind == ProgramKind::Linux);
  CHECK(facts.value().memory == 0x2000);
}

TEST_CASE("a position-independent program without interpreter passes") {
  SmallElf elf;
  elf.header.e_type = ET_DYN;
  elf.header.e_entry = 0x100;
  elf.segments[0].p_vaddr = 0;
  CHECK(error_of(elf) == "no error");
}

TEST_CASE("a note of owner Hopscotch makes a native program") {
  struct {
    Elf64_Nhdr header{10, 4, 1};
    char name[12] = "Hopscotch";
    uint32_t version = 1;
  } note;
  std::string bytes(sizeof note, '\0');
  std::memcpy(bytes.data(), &note, sizeof note);
  SmallElf elf;
  add_segment(elf, PT_NOTE, bytes);
  emu::Result<emu::ProgramFacts> facts = emu::check_program(elf.bytes(), "prog");
  REQUIRE(facts);
  CHECK(facts.value().kind == ProgramKind::Native);

  SmallElf other;
  bytes[sizeof(Elf64_Nhdr)] = 'X';
  add_segment(other, PT_NOTE, bytes);
  facts = emu::check_program(other.bytes(), "prog");
  REQUIRE(facts);
  CHECK(facts.value().kind == ProgramKind::Linux);
}

TEST_CASE("files that are no ELF programs are named as what they are") {
  CHECK(error_of(emu::Bytes{}) == "prog is no ELF program; hop runs static x86-64 ELF programs");
  CHECK(error_of(test::to_bytes("hello\n")) == "prog is no ELF program; hop runs static x86-64 ELF programs");
  CHECK(error_of(test::to_bytes("#!/bin/sh\n")) ==
        "prog is a script, no ELF program; name its interpreter as the program and the script as its first argument");
}

TEST_CASE("programs for other machines are refused by name") {
  SmallElf elf;
  elf.header.e_ident[EI_CLASS] = ELFCLASS32;
  CHECK(error_of(elf) == "prog is a 32-bit program; build it for x86-64");
  elf = {};
  elf.header.e_machine = EM_AARCH64;
  CHECK(error_of(elf) == "prog is a program for another machine (64-bit ARM); build it for x86-64");
  elf.header.e_machine = 4711;
  CHECK(error_of(elf) == "prog is a program for another machine (machine number 4711); build it for x86-64");
  elf.header.e_ident[EI_DATA] = ELFDATA2MSB;
  CHECK(error_of(elf) == "prog is a program for another machine (big-endian); build it for x86-64");
}

TEST_CASE("other kinds of ELF files are refused with what to do") {
  SmallElf elf;
  elf.header.e_type = ET_REL;
  CHECK(error_of(elf) == "prog is an object file; link it to a program first (-static)");
  elf.header.e_type = ET_CORE;
  CHECK(error_of(elf) == "prog is a core dump; name the program that left it");
  elf.header.e_type = 77;
  CHECK(error_of(elf) == corrupt("its ELF type is unknown"));
}

TEST_CASE("a dynamically linked program is refused with its interpreter's name") {
  SmallElf elf;
  add_segment(elf, PT_INTERP, std::string("/lib64/ld-linux-x86-64.so.2\0", 28));
  CHECK(error_of(elf) == "prog is dynamically linked (interpreter /lib64/ld-linux-x86-64.so.2); link it with -static");
  elf.segments.back().p_offset = 0x10000;
  CHECK(error_of(elf) == corrupt("its interpreter lies outside the file"));
}

TEST_CASE("a shared library is refused") {
  SmallElf elf;
  elf.header.e_type = ET_DYN;
  Elf64_Dyn needed{};
  needed.d_tag = DT_NEEDED;
  std::string bytes(sizeof needed, '\0');
  std::memcpy(bytes.data(), &needed, sizeof needed);
  add_segment(elf, PT_DYNAMIC, bytes);
  CHECK(error_of(elf) == "prog is a shared library or needs some; link the program with -static");
}

TEST_CASE("a damaged ELF header is refused") {
  SmallElf elf;
  emu::Bytes bytes = elf.bytes();
  bytes.resize(40);
  CHECK(error_of(bytes) == corrupt("its ELF header is cut short"));
  elf.header.e_phentsize = 12;
  CHECK(error_of(elf) == corrupt("its program headers have a wrong size"));
  elf = {};
  elf.header.e_phnum = 0;
  CHECK(error_of(elf) == corrupt("it has no program headers"));
  elf = {};
  elf.header.e_phoff = 0x10000;
  CHECK(error_of(elf) == corrupt("its program headers lie outside the file"));
  elf.header.e_phoff = ~uint64_t{0};
  CHECK(error_of(elf) == corrupt("its program headers lie outside the file"));
  elf = {};
  elf.header.e_phnum = 0xffff;
  CHECK(error_of(elf) == corrupt("its program headers lie outside the file"));
  elf = {};
  elf.header.e_ident[EI_CLASS] = 9;
  CHECK(error_of(elf) == corrupt("its ELF class is neither 32-bit nor 64-bit"));
}

TEST_CASE("a program whose end is missing is refused") {
  emu::Bytes bytes = SmallElf().bytes();
  bytes.resize(bytes.size() - 1);
  CHECK(error_of(bytes) == corrupt("the segment at 0x400000 reaches beyond the end of the file"));
}

TEST_CASE("damaged segments are refused") {
  SmallElf elf;
  elf.segments[0].p_offset = ~uint64_t{0} - 0xff;
  CHECK(error_of(elf) == corrupt("the segment at 0x400000 reaches beyond the end of the file"));
  elf = {};
  elf.segments[0].p_memsz = 0x1ff;
  CHECK(error_of(elf) == corrupt("the segment at 0x400000 is smaller in memory than in the file"));
  elf = {};
  elf.segments[0].p_vaddr = (uint64_t{1} << 47) - 0x1000;
  elf.segments[0].p_memsz = 0x1001;
  CHECK(error_of(elf) == corrupt("the segment at 0x7ffffffff000 reaches beyond address 2^47"));
  elf.segments[0].p_vaddr = ~uint64_t{0xfff};
  elf.segments[0].p_memsz = 0x2000;
  CHECK(error_of(elf) == corrupt("the segment at 0xfffffffffffff000 reaches beyond address 2^47"));
  elf = {};
  elf.segments[0].p_vaddr += 1;
  CHECK(error_of(elf) == corrupt("the segment at 0x400001 lies differently in its page than in the file"));
  elf = {};
  elf.segments[0].p_type = PT_NULL;
  CHECK(error_of(elf) == corrupt("it has no segment to load"));
}

TEST_CASE("overlapping segments are refused and touching ones are not") {
  SmallElf elf;
  Elf64_Phdr second = elf.segments[0];
  second.p_filesz = 0;
  second.p_memsz = 0x1000;
  second.p_vaddr = 0x4001ff;
  elf.segments.insert(elf.segments.begin(), second);
  elf.header.e_phnum = 2;
  CHECK(error_of(elf) == corrupt("the segments at 0x400000 and 0x4001ff overlap"));
  elf.segments[0].p_vaddr = 0x400200;
  CHECK(error_of(elf) == "no error");
}

TEST_CASE("an entry point outside the code is refused") {
  SmallElf elf;
  elf.header.e_entry = 0x500000;
  CHECK(error_of(elf) == corrupt("its entry point 0x500000 lies in no executable segment"));
  elf = {};
  elf.segments[0].p_flags = PF_R;
  CHECK(error_of(elf) == corrupt("its entry point 0x400100 lies in no executable segment"));
}

TEST_CASE("no truncation of a program is read beyond its end") {
  const emu::Bytes whole = SmallElf().bytes();
  for (size_t size = 0; size < whole.size(); ++size) {
    CHECK(error_of(emu::Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))) != "no error");
  }
}
