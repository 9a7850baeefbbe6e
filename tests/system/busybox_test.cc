// SPDX-License-Identifier: GPL-2.0-or-later
// Every row of busybox_commands.h: the same binary natively and on the machine, stdout byte for byte and exit status.
#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <filesystem>

#include "tests/support/host/run_command.h"
#include "tests/system/busybox_commands.h"

namespace {

namespace fs = std::filesystem;

constexpr const char* kBusybox = "/bin/busybox";

std::vector<std::string> split_words(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  bool is_open = false, is_quoted = false;
  for (const char c : text) {
    if (c == '\'') {
      is_quoted = !is_quoted;
      is_open = true;
    } else if (c == ' ' && !is_quoted) {
      if (is_open) words.push_back(word);
      word.clear();
      is_open = false;
    } else {
      word += c;
      is_open = true;
    }
  }
  if (is_open) words.push_back(word);
  return words;
}

std::string pseudo_random_bytes(size_t count) {
  std::string bytes;
  uint32_t state = 12345;
  while (bytes.size() < count) {
    state = state * 1664525 + 1013904223;
    bytes += static_cast<char>(state >> 24);
  }
  return bytes;
}

/// The same file in every run: text, numbers, bytes, archives.
void make_files(const fs::path& folder) {
  using test::write_file;
  write_file(folder / "text",
             "the quick brown fox jumps over the lazy dog\nthe second line has  two  blanks\n\nlorem ipsum dolor\n"
             "sit amet consectetur\nfox and dog and fox again\nThe End of the text\nlast but one\nlast line, really\n");
  write_file(folder / "text2",
             "the quick brown fox jumps over the lazy cat\nthe second line has  two  blanks\n\nlorem ipsum dolor\n"
             "an inserted line\nsit amet consectetur\nfox and dog and fox again\nlast but one\nlast line, really\n");
  write_file(folder / "words", "pear\napple\nfig\napple\nbanana\ncherry\nfig\ndate\n");
  write_file(folder / "sorted", "apple\napple\nbanana\ncherry\nfig\nfig\nfig\npear\n");
  write_file(folder / "table", "a 3\nb 14\nc 15\na 92\nd 65\nb 35\nc 89\n");
  write_file(folder / "colons", "one:first:1\ntwo:second:2\nthree:third:3\nfour:fourth:4\n");
  write_file(folder / "tabs", "a\tb\tc\n\tindented\n12345678\tx\n");
  write_file(folder / "spaces", "a       b       c\n        indented\n");
  write_file(folder / "crlf", "one\r\ntwo\r\nthree\r\n");
  write_file(folder / "hex", "48656c6c6f2c20776f726c640a");
  write_file(folder / "sums.bc", "1+2*3\n2^100\nscale=20\n355/113\nsqrt(2)\nfor (i=0;i<4;++i) i*i\nquit\n");
  write_file(folder / "change.patch",
             "--- text\n+++ text\n@@ -1,2 +1,2 @@\n-the quick brown fox jumps over the lazy dog\n"
             "+a patched line\n the second line has  two  blanks\n");
  write_file(folder / "script.ed", "1d\n$p\n1,2s/o/0/g\n1,3n\nQ\n");
  write_file(folder / "binary", pseudo_random_bytes(5000) + "a string that strings finds" + std::string(300, '\0'));
  fs::create_directories(folder / "folder/inner");
  write_file(folder / "folder/inner/deep.txt", "deep down\n");
  write_file(folder / "folder/a.txt", "a file\n");
  write_file(folder / "folder/b.dat", pseudo_random_bytes(100));
  fs::create_symlink("text", folder / "link");
  fs::create_symlink("inner/deep.txt", folder / "folder/link");
  // names of owners, and times long ago: ls prints both, and the machine's clock is not the host's
  fs::create_directories(folder / "etc");
  for (const char* name : {"passwd", "group"}) fs::copy_file(fs::path("/etc") / name, folder / "etc" / name);
}

void make_times_old(const fs::path& folder) {
  const fs::file_time_type old =
      std::chrono::file_clock::from_sys(std::chrono::sys_seconds(std::chrono::seconds(981173106)));
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_symlink()) fs::last_write_time(entry.path(), old);
  }
}

test::Command native(const std::string& step, const fs::path& folder) {
  test::Command command;
  command.arguments = split_words(step);
  command.arguments.insert(command.arguments.begin(), kBusybox);
  command.directory = folder;
  return command;
}

/// What later steps need and only busybox itself can make here.
void make_archives(const fs::path& folder) {
  const auto keep = [&](const char* name, const std::string& step, const fs::path& input = "/dev/null") {
    test::Command command = native(step, folder);
    command.input = input;
    test::write_file(folder / name, test::run_command(command).output);
  };
  keep("sums", "sha256sum text words");
  keep("encoded", "base64 binary");
  keep("coded.uu", "uuencode binary binary");
  test::write_file(folder / "names", "text\nwords\nfolder\nfolder/a.txt\n");
  keep("archive.cpio", "cpio -o -H newc", folder / "names");
  const std::string packed = test::read_file(HOP_SYSTEM_SOURCE "/packed.xz");
  test::write_file(folder / "packed.xz", packed);
}

/// Runs the steps one after another; the outputs joined, the status of the last.
test::Outcome run_natively(const BusyboxRow& row, const fs::path& folder) {
  test::Outcome all;
  for (const char* step : row.steps) {
    test::Command command = native(step, folder);
    if (row.input != nullptr && step == row.steps.front()) command.input = folder / row.input;
    const test::Outcome one = test::run_command(command);
    all.output += one.output;
    all.errors += one.errors;
    all.status = one.status;
  }
  return all;
}

test::Outcome run_on_machine(const BusyboxRow& row, const fs::path& folder) {
  test::Command command;
  command.arguments = {HOP_PROGRAM, "run", "--quiet", "--root=" + folder.string(), "--sequence"};
  for (const std::string& variable : command.environment) command.arguments.push_back("--env=" + variable);
  for (const char* step : row.steps) {
    command.arguments.push_back(step == row.steps.front() ? kBusybox : "--then");
    if (step != row.steps.front()) command.arguments.push_back(kBusybox);
    const std::vector<std::string> words = split_words(step);
    command.arguments.insert(command.arguments.end(), words.begin(), words.end());
  }
  if (row.input != nullptr) command.input = folder / row.input;
  return test::run_command(command);
}

/// The files as every row finds them, made once.
const fs::path& sample_files() {
  static const test::TemporaryFolder sample;
  static const bool is_made = [] {
    make_files(sample.path());
    make_archives(sample.path());
    return true;
  }();
  static_cast<void>(is_made);
  return sample.path();
}

constexpr size_t kParts = 4;  ///< so that they can run side by side

void check_rows(size_t part) {
  REQUIRE(fs::exists(kBusybox));
  for (size_t i = part; i < kBusyboxRows.size(); i += kParts) {
    const BusyboxRow& row = kBusyboxRows[i];
    const test::TemporaryFolder native_folder, machine_folder;
    for (const fs::path& folder : {native_folder.path(), machine_folder.path()}) {
      fs::copy(sample_files(), folder, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
      make_times_old(folder);
    }
    const test::Outcome expected = run_natively(row, native_folder.path());
    const test::Outcome got = run_on_machine(row, machine_folder.path());
    INFO("busybox " << row.applet);
    INFO("native stderr: " << expected.errors);
    INFO("machine stderr: " << got.errors);
    CHECK(got.output == expected.output);
    CHECK(got.status == expected.status);
  }
}

}  // namespace

TEST_CASE("busybox does on the machine what it does natively, first quarter of the table") {
  check_rows(0);
}
TEST_CASE("busybox does on the machine what it does natively, second quarter of the table") {
  check_rows(1);
}
TEST_CASE("busybox does on the machine what it does natively, third quarter of the table") {
  check_rows(2);
}
TEST_CASE("busybox does on the machine what it does natively, last quarter of the table") {
  check_rows(3);
}
