// SPDX-License-Identifier: GPL-2.0-or-later
// The lines of shell_lines.txt (pieces of script, separated by empty lines), each run by a shell of its own, natively
// and on the machine: output, errors and status must be the same. Both times it is the same program, busybox.
#include <catch2/catch_test_macros.hpp>

#include <fmt/format.h>

#include "tests/system/hop_command.h"

namespace fs = std::filesystem;

namespace {

constexpr const char* kDriver =
    "umask 022\n"
    "for case in ../cases/*; do\n"
    "  echo \"== $case\"\n"
    "  echo \"== $case\" >&2\n"
    "  sh $case </dev/null\n"
    "  echo \"status $?\"\n"
    "done\n";

/// The pieces of script, in order.
std::vector<std::string> read_cases() {
  std::vector<std::string> cases;
  const std::string text = test::read_file(HOP_SYSTEM_SOURCE "/shell_lines.txt");
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find("\n\n", at), text.size());
    cases.push_back(text.substr(at, end - at) + "\n");
    at = end + 2;
  }
  return cases;
}

/// A root with nothing but busybox under all its names, and files to work on; the work folder is where both run.
void make_root(const fs::path& root, const std::vector<std::string>& cases) {
  for (const char* folder : {"bin", "work", "cases", "tmp", "dev"}) fs::create_directories(root / folder);
  fs::copy_file("/bin/busybox", root / "bin/busybox");
  const test::Outcome names = test::run_command({.arguments = {"/bin/busybox", "--list"}});
  for (size_t at = 0; at < names.output.size();) {
    const size_t end = names.output.find('\n', at);
    const std::string name = names.output.substr(at, end - at);
    if (name != "busybox") fs::create_symlink("busybox", root / "bin" / name);
    at = end + 1;
  }
  const fs::path work = root / "work";
  test::write_file(work / "words.txt", "alpha\nbeta\ngamma\ndelta\nepsilon\n");
  test::write_file(work / "pairs.txt", "one 1\ntwo 20\nthree 3\n");
  test::write_file(work / "numbers.txt", "10\n9\n2\n10\n33\n");
  test::write_file(work / "sorted.txt", "a\na\nb\nc\nc\nc\n");
  test::write_file(work / "empty.txt", "");
  test::write_file(work / "script.inc", "from_script=yes\n");
  test::write_file(work / "script.sh", "#!/bin/sh\necho script $0 $1 $2\nexit 4\n");
  for (size_t i = 0; i < cases.size(); ++i) test::write_file(root / fmt::format("cases/{:03}", i + 1), cases[i]);
  test::write_file(root / "driver", kDriver);
}

/// What came of each piece: the text behind its "== ../cases/NNN" line.
std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts;
  const std::string mark = "== ../cases/";
  for (size_t at = text.find(mark); at != std::string::npos;) {
    const size_t next = text.find(mark, at + 1);
    parts.push_back(text.substr(at, next - at));
    at = next;
  }
  return parts;
}

}  // namespace

TEST_CASE("bash runs a script with arrays, here-strings, process substitution and a coprocess as natively") {
  const std::string script = test::read_file(HOP_SYSTEM_SOURCE "/script.bash");
  const test::TemporaryFolder folder;
  make_root(folder.path(), {});
  fs::copy_file("/bin/bash-static", folder.path() / "bin/bash-static");
  test::write_file(folder.path() / "script", script);
  const fs::path bin = folder.path() / "bin";
  const test::Outcome native = test::run_command({.arguments = {(bin / "bash-static").string(), "../script", "a b"},
                                                  .environment = {"PATH=" + bin.string(), "HOME=/"},
                                                  .directory = folder.path() / "work"});
  const test::Outcome guest =
      test::run_hop({"run", "--root=" + folder.path().string(), "--env=PATH=/bin", "--env=HOME=/", "/bin/bash-static",
                     "-c", "cd /work; exec bash-static ../script 'a b'"});
  CHECK(native.status == 6);
  CHECK(guest.status == native.status);
  CHECK(guest.output == native.output);
  CHECK(guest.errors == native.errors);
}

TEST_CASE("more than 300 pieces of shell script print and answer on the machine what they do natively") {
  const std::vector<std::string> cases = read_cases();
  REQUIRE(cases.size() > 300);
  const test::TemporaryFolder native_folder, guest_folder;
  make_root(native_folder.path(), cases);
  make_root(guest_folder.path(), cases);
  const fs::path bin = native_folder.path() / "bin";
  const test::Outcome native = test::run_command({.arguments = {(bin / "busybox").string(), "sh", "../driver"},
                                                  .environment = {"PATH=" + bin.string(), "HOME=/"},
                                                  .directory = native_folder.path() / "work"});
  const test::Outcome guest = test::run_hop({"run", "--root=" + guest_folder.path().string(), "--env=PATH=/bin",
                                             "--env=HOME=/", "/bin/busybox", "sh", "-c", "cd /work; . ../driver"});
  CHECK(native.status == 0);
  CHECK(guest.status == 0);
  const std::vector<std::string> output = parts_of(guest.output), errors = parts_of(guest.errors);
  const std::vector<std::string> native_output = parts_of(native.output), native_errors = parts_of(native.errors);
  REQUIRE(native_output.size() == cases.size());
  CHECK(output.size() == cases.size());
  for (size_t i = 0; i < std::min(output.size(), errors.size()); ++i) {
    INFO(cases[i]);
    CHECK(output[i] == native_output[i]);
    CHECK(errors[i] == native_errors[i]);
  }
}
