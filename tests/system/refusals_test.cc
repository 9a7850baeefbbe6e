// SPDX-License-Identifier: GPL-2.0-or-later
// A user's mistake is one line that names it and the remedy, exit status 2, and nothing on standard output.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "tests/system/hop_command.h"

using test::Outcome;

namespace {

void check_refused(const std::vector<std::string>& arguments, const std::string& named) {
  const Outcome outcome = test::run_hop(arguments);
  std::string words;
  for (const std::string& argument : arguments) words += " " + argument;
  INFO("hop" << words);
  INFO(outcome.errors);
  CHECK(outcome.status == 2);
  CHECK(outcome.output == "");
  CHECK(std::count(outcome.errors.begin(), outcome.errors.end(), '\n') == 1);
  CHECK(outcome.errors.starts_with("hop: "));
  CHECK(outcome.errors.find(named) != std::string::npos);
}

/// busybox with one byte of its ELF header changed.
std::string patched(size_t offset, char value) {
  std::string bytes = test::read_file("/bin/busybox");
  bytes.at(offset) = value;
  return bytes;
}

}  // namespace

TEST_CASE("a file that cannot run is refused with its name and the reason") {
  const test::TemporaryFolder folder;
  const auto file = [&](const char* name, const std::string& bytes) {
    const std::filesystem::path path = folder.path() / name;
    test::write_file(path, bytes);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path.string();
  };
  const std::string missing = folder.path() / "missing";
  check_refused({"run", missing}, missing);
  check_refused({"run", "nosuchprogramanywhere"}, "nosuchprogramanywhere");
  check_refused({"run", folder.path()}, folder.path());
  check_refused({"run", "/etc/passwd"}, "/etc/passwd");
  check_refused({"run", file("empty", "")}, "empty");
  check_refused({"run", file("short", test::read_file("/bin/busybox").substr(0, 40))}, "short");
  check_refused({"run", file("cut", test::read_file("/bin/busybox").substr(0, 5000))}, "cut");
  check_refused({"run", file("narrow", patched(4, 1))}, "32-bit");
  check_refused({"run", file("arm", patched(18, char(183)))}, "x86-64");
  check_refused({"run", "/bin/sh"}, "static");
}

TEST_CASE("a value that an option cannot have is refused with the option's name") {
  for (const char* option :
       {"--memory=much", "--memory=1",        "--memory=1T",        "--limit=-1",        "--limit=ten",
        "--stats=xml",   "--clock=noon",      "--seed=x",           "--quantum=1.5",     "--check-kernel=often",
        "--cpus=0",      "--cpus=17",         "--schedule-seed=-1", "--schedule-turn=0", "--env=NOEQUALS",
        "--env==value",  "--selector-bits=0", "--selector-bits=99", "--frames=none",     "--reserve=100000"}) {
    const std::string name = std::string(option).substr(0, std::string(option).find('='));
    check_refused({"run", option, "/bin/busybox", "true"}, name);
  }
}

TEST_CASE("files that options name must be there and be what they have to be") {
  check_refused({"run", "--root=/nonexistent", "/bin/busybox", "true"}, "/nonexistent");
  check_refused({"run", "--root=/etc/passwd", "/bin/busybox", "true"}, "/etc/passwd");
  check_refused({"run", "--kernel=/nonexistent", "/bin/busybox", "true"}, "/nonexistent");
  check_refused({"run", "--kernel=/etc/passwd", "/bin/busybox", "true"}, "--kernel");
  check_refused({"run", "--service=/bin/busybox", "/bin/busybox", "true"}, "busybox");
  check_refused({"run", "--stats-file=/nonexistent/file", "/bin/busybox", "true"}, "/nonexistent/file");
}

TEST_CASE("a command line that says nothing that can be done is refused") {
  check_refused({}, "--help");
  check_refused({"walk"}, "walk");
  check_refused({"run"}, "PROGRAM");
  check_refused({"run", "--nosuchoption", "/bin/busybox", "true"}, "--nosuchoption");
  check_refused({"run", "--sequence", "/bin/busybox", "true", "--then"}, "--then");
  check_refused({"variant"}, "hop variant");
  check_refused({"variant", "grow"}, "grow");
  check_refused({"dis"}, "FILE");
  check_refused({"dis", "/etc/passwd"}, "/etc/passwd");
}
