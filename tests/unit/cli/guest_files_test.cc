// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/cli/guest_files.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstring>

#include "emu/image/commands.h"
#include "tests/unit/cli/cpio_reader.h"
#include "tests/unit/cli/scratch.h"

using emu::cli::RunOptions;
using test::InDirectory;
using test::Scratch;
using test::SmallElf;
using Words = std::vector<std::string>;

namespace {

RunOptions options_of(Words command, const std::string& root = "") {
  RunOptions options;
  options.command_line = command;
  options.commands.push_back(std::move(command));
  options.environment = emu::cli::default_environment();
  options.root = root;
  return options;
}

std::string error_of(const RunOptions& options) {
  const auto files = emu::cli::collect_guest_files(options);
  return files ? "no error" : files.error();
}

emu::cli::GuestFiles files_of(const RunOptions& options) {
  auto files = emu::cli::collect_guest_files(options);
  INFO((files ? std::string() : files.error()));
  REQUIRE(files);
  return std::move(files.value());
}

emu::Bytes native_elf() {
  SmallElf elf;
  elf.segments.push_back(elf.segments[0]);
  elf.header.e_phnum = 2;
  elf.segments[1].p_type = PT_NOTE;
  elf.segments[1].p_offset = elf.rest_offset();
  elf.segments[1].p_filesz = 28;
  const Elf64_Nhdr note{10, 4, 1};
  std::memcpy(elf.rest.data(), &note, sizeof note);
  std::memcpy(elf.rest.data() + sizeof note, "Hopscotch", 10);
  return elf.bytes();
}

/// What the function says in a process to which permissions apply, also when the tests run as root.
template <typename Function>
bool as_nobody(Function function) {
  const pid_t child = fork();
  if (child == 0) {
    const bool is_nobody = getuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0);
    _exit(is_nobody && function() ? 0 : 1);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

TEST_CASE("each file that is no program has its sentence") {
  const Scratch scratch;
  const InDirectory in(scratch.path());
  scratch.directory("dir");
  scratch.file("plain", SmallElf().bytes(), 0644);
  CHECK(error_of(options_of({"./none"})) == "there is no file ./none; check the path");
  CHECK(error_of(options_of({"./dir"})) == "./dir is a directory; name a program in it");
  CHECK(error_of(options_of({"./plain"})) == "./plain is not executable; allow it with chmod +x");
  CHECK(error_of(options_of({"./plain/x"})) == "cannot run ./plain/x: not a directory; check the path");
  CHECK(error_of(options_of({"/dev/null"})) == "/dev/null is no regular file; name an ELF program");
  CHECK(error_of(options_of({"no-such-program"})) ==
        "there is no program no-such-program in PATH; for a file in the current directory say ./no-such-program");
  scratch.file("text", "text\n", 0755);
  CHECK(error_of(options_of({"./text"})) == "./text is no ELF program; hop runs static x86-64 ELF programs");
}

TEST_CASE("an unreadable program is refused") {
  const Scratch scratch;
  REQUIRE(chmod(scratch.path().c_str(), 0755) == 0);
  const std::string path = scratch.file("secret", SmallElf().bytes(), 0111);
  CHECK(as_nobody([&] { return error_of(options_of({path})) == path + " is not readable; allow it with chmod +r"; }));
}

TEST_CASE("a program that needs more memory than the machine has is refused") {
  const Scratch scratch;
  SmallElf elf;
  elf.segments[0].p_memsz = uint64_t{3} << 30;
  const std::string path = scratch.file("big", elf.bytes());
  CHECK(error_of(options_of({path})) ==
        path + " needs 3072 MiB of memory, more than the machine's 1024 MiB; give it more with --memory=SIZE");
}

TEST_CASE("the default root holds the program, the named files and nothing else") {
  const Scratch scratch;
  const InDirectory in(scratch.path());
  scratch.file("prog", SmallElf().bytes());
  scratch.file("one", "1");
  scratch.file("two", "2");
  scratch.file("tree/leaf", "leaf");
  const auto files =
      files_of(options_of({"./prog", "one", "tree", "missing", "-x", "", "/", "/dev/null", "/proc/version"}));
  const auto entries = test::read_cpio(files.root);
  const std::string base = scratch.path().substr(1);
  CHECK(test::entry(entries, base + "/one").content == "1");
  CHECK(test::entry(entries, base + "/tree/leaf").content == "leaf");
  CHECK(test::entry(entries, base + "/prog").mode == (S_IFREG | 0755));
  CHECK(test::entry(entries, "dev").mode == (S_IFDIR | 0755));
  CHECK(S_ISDIR(test::entry(entries, "tmp").mode));
  for (const auto& each : entries) {
    INFO(each.name);
    CHECK((base.starts_with(each.name) || each.name.starts_with(base) || each.name == "dev" || each.name == "tmp" ||
           each.name == "."));
    CHECK(each.name != base + "/two");
  }
  CHECK(files.warnings.empty());
}

TEST_CASE("the command is the program's path in the guest with the current directory") {
  const Scratch scratch;
  const InDirectory in(scratch.path());
  scratch.file("prog", SmallElf().bytes());
  const RunOptions options = options_of({"./prog", "", "--x"});
  CHECK(files_of(options).commands ==
        emu::write_commands({{scratch.path(), {"./prog", "", "--x"}, options.environment, scratch / "./prog"}}));
}

TEST_CASE("a root is copied whole and programs are looked up in it first") {
  const Scratch scratch;
  const InDirectory in(scratch.path());
  scratch.file("root/usr/bin/tool", SmallElf().bytes());
  scratch.file("root/etc/passwd", "root:x:0:0");
  scratch.link("root/bin", "usr/bin");
  scratch.file("named", "not taken");
  for (const char* name : {"tool", "/bin/tool"}) {
    const RunOptions options = options_of({name, "named"}, "root");
    const auto files = files_of(options);
    const auto entries = test::read_cpio(files.root);
    CHECK(test::names(entries) == Words{".", "bin", "etc", "etc/passwd", "usr", "usr/bin", "usr/bin/tool"});
    const std::string guest_path = std::string(name) == "tool" ? "/usr/bin/tool" : "/bin/tool";
    CHECK(files.commands == emu::write_commands({{"/", {name, "named"}, options.environment, guest_path}}));
  }
}

TEST_CASE("a program from outside the root is copied in under its own path") {
  const Scratch scratch;
  scratch.directory("root");
  const std::string path = scratch.file("prog", SmallElf().bytes());
  const auto entries = test::read_cpio(files_of(options_of({path}, scratch / "root")).root);
  CHECK(S_ISREG(test::entry(entries, path.substr(1)).mode));
}

TEST_CASE("a program that cannot be in the root is refused with the reason") {
  const Scratch scratch;
  scratch.file("root/etc/passwd", SmallElf().bytes(), 0644);
  const std::string root = scratch / "root";
  CHECK(error_of(options_of({"/etc/passwd"}, root)) == root + "/etc/passwd is not executable; allow it with chmod +x");
  CHECK(error_of(options_of({"/none"}, root)) == "there is no file /none; check the path");
}

TEST_CASE("a root that is no directory is refused") {
  const Scratch scratch;
  const std::string path = scratch.file("prog", SmallElf().bytes());
  CHECK(error_of(options_of({path}, scratch / "none")) ==
        "--root=" + (scratch / "none") + ": no such file or directory; name a directory");
  CHECK(error_of(options_of({path}, path)) == "--root=" + path + " is no directory; name one");
}

TEST_CASE("pipes in a root are left out with one warning") {
  const Scratch scratch;
  scratch.file("root/prog", SmallElf().bytes());
  REQUIRE(mkfifo((scratch / "root/pipe").c_str(), 0600) == 0);
  CHECK(files_of(options_of({"/prog"}, scratch / "root")).warnings ==
        Words{"left out 1 of the guest's files that are no files, directories or links (" + (scratch / "root/pipe") +
              ")"});
}

TEST_CASE("several programs of a sequence share one root") {
  const Scratch scratch;
  const InDirectory in(scratch.path());
  scratch.file("a", SmallElf().bytes());
  scratch.file("b", SmallElf().bytes());
  scratch.file("x", "");
  RunOptions options = options_of({"./a"});
  options.commands.push_back({"./b", "x"});
  const auto files = files_of(options);
  const std::string base = scratch.path().substr(1) + "/";
  const auto entries = test::read_cpio(files.root);
  for (const char* name : {"a", "b", "x"}) CHECK(S_ISREG(test::entry(entries, base + name).mode));
  CHECK(files.commands == emu::write_commands({{scratch.path(), {"./a"}, options.environment, scratch / "./a"},
                                               {scratch.path(), {"./b", "x"}, options.environment, scratch / "./b"}}));
}

TEST_CASE("a native program becomes a module of its file's name") {
  const Scratch scratch;
  const std::string path = scratch.file("counter", native_elf());
  const auto files = files_of(options_of({path}));
  REQUIRE(files.natives.size() == 1);
  CHECK(files.natives[0].name == "counter");
  CHECK(files.natives[0].elf == native_elf());
  CHECK(files.commands.empty());
}

TEST_CASE("a native program takes no arguments") {
  const Scratch scratch;
  const std::string path = scratch.file("counter", native_elf());
  CHECK(error_of(options_of({path, "x"})) == path + " is a native program, which takes no arguments; leave them out");
}

TEST_CASE("a native program with a name too long for a module is refused") {
  const Scratch scratch;
  const std::string path = scratch.file(std::string(40, 'n'), native_elf());
  CHECK(error_of(options_of({path})) == path + " is a native program with a name of more than 39 bytes; rename it");
}
