// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/cli/boot_contents.h"

#include <catch2/catch_test_macros.hpp>

#include "isa-ext/abi/boot.h"
#include "kernel/abi/call.h"
#include "tests/unit/cli/scratch.h"

using emu::cli::BootContents;
using emu::cli::RunOptions;
using test::Scratch;
using test::SmallElf;

namespace {

const emu::Bytes kKernel = test::to_bytes("kernel"), kNames = test::to_bytes("names"), kLinux = test::to_bytes("linux");

RunOptions options_of(const std::string& program) {
  RunOptions options;
  options.command_line = {program};
  options.commands = {{program}};
  return options;
}

emu::Result<BootContents> create(const RunOptions& options) {
  return BootContents::create(options, kKernel, {{"names", hop::kAuthorityBasic, kNames}, {"linux", 9, kLinux}});
}

emu::Bytes bytes_of(std::span<const std::byte> span) {
  return {span.begin(), span.end()};
}

}  // namespace

TEST_CASE("a boot image holds the services in order, then the guest's files") {
  const Scratch scratch;
  RunOptions options = options_of(scratch.file("prog", SmallElf().bytes()));
  options.trace_system_calls = true;
  emu::Result<BootContents> contents = create(options);
  REQUIRE(contents);
  const emu::BootImage image = contents.value().image(options);
  CHECK(bytes_of(image.kernel_elf) == kKernel);
  REQUIRE(image.modules.size() == 4);
  CHECK(image.modules[0].name == "names");
  CHECK(image.modules[0].kind == asx::ModuleKind::Service);
  CHECK(image.modules[0].authority == hop::kAuthorityBasic);
  CHECK(bytes_of(image.modules[0].bytes) == kNames);
  CHECK(image.modules[1].name == "linux");
  CHECK(image.modules[2].name == "root");
  CHECK(image.modules[2].kind == asx::ModuleKind::Data);
  CHECK(image.modules[3].name == "commands");
  CHECK(image.flags == asx::kBootLinuxTrace);
}

TEST_CASE("files replace the kernel and services of their name") {
  const Scratch scratch;
  RunOptions options = options_of(scratch.file("prog", SmallElf().bytes()));
  SmallElf other;
  other.segments[0].p_memsz = 0x3000;
  options.kernel_file = scratch.file("my-kernel", other.bytes());
  other.segments[0].p_memsz = 0x4000;
  const emu::Bytes names = other.bytes();
  options.service_files = {scratch.file("names.elf", names), scratch.file("linux", SmallElf().bytes())};
  emu::Result<BootContents> contents = create(options);
  REQUIRE(contents);
  const BootContents moved = std::move(contents.value());
  const emu::BootImage image = moved.image(options);
  other.segments[0].p_memsz = 0x3000;
  CHECK(bytes_of(image.kernel_elf) == other.bytes());
  CHECK(bytes_of(image.modules[0].bytes) == names);
  CHECK(image.modules[0].authority == hop::kAuthorityBasic);
  CHECK(bytes_of(image.modules[1].bytes) == SmallElf().bytes());
  CHECK(image.modules[1].authority == 9);
}

TEST_CASE("replacements that cannot be are refused") {
  const Scratch scratch;
  RunOptions options = options_of(scratch.file("prog", SmallElf().bytes()));
  options.service_files = {scratch / "disk.elf"};
  CHECK(create(options).error() == "--service=" + (scratch / "disk.elf") +
                                       ": there is no service 'disk' to replace; name the file as one of the services "
                                       "is named");
  options.service_files = {scratch / "names.elf"};
  CHECK(create(options).error() == "--service: cannot read " + (scratch / "names.elf") + ": no such file or directory");
  options.service_files.clear();
  options.kernel_file = scratch.file("text", "text");
  CHECK(create(options).error() ==
        "--kernel: " + options.kernel_file + " is no ELF program; hop runs static x86-64 ELF programs");
}
