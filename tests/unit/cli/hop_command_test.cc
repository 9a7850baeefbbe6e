// SPDX-License-Identifier: GPL-2.0-or-later
// The command as a whole, with busybox as the guest.
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/unit/cli/hop_process.h"
#include "tests/unit/cli/scratch.h"

using test::HopResult;
using test::InDirectory;
using test::run_hop;
using test::Scratch;
using Words = std::vector<std::string>;

namespace {

constexpr char kBusybox[] = "/bin/busybox";

/// hop run OPTIONS busybox ARGUMENTS
HopResult run_busybox(Words arguments, Words options = {}, const test::HopInput& input = {}) {
  Words all = {"run"};
  all.insert(all.end(), options.begin(), options.end());
  all.emplace_back(kBusybox);
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_hop(all, input);
}

std::string content_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// A program that does nothing but an invalid instruction.
emu::Bytes invalid_program() {
  test::SmallElf elf;
  elf.rest.at(0x100 - elf.rest_offset()) = std::byte{0x0f};
  elf.rest.at(0x101 - elf.rest_offset()) = std::byte{0x0b};
  return elf.bytes();
}

}  // namespace

TEST_CASE("the guest's output and exit status are hop's") {
  const HopResult echo = run_busybox({"echo", "a  b", ""});
  CHECK(echo.status == 0);
  CHECK(echo.out == "a  b \n");
  CHECK(echo.error.empty());
  CHECK(run_busybox({"sh", "-c", "exit 7"}).status == 7);
  CHECK(run_busybox({"sh", "-c", "kill -9 $$"}).status == 137);
}

TEST_CASE("standard input is the program's") {
  CHECK(run_busybox({"cat"}, {}, {"line\n", "", {}}).out == "line\n");
}

TEST_CASE("a named file is there under its own path and its original stays as it was") {
  const Scratch scratch;
  const InDirectory in(scratch.path());
  scratch.file("file", "content\n");
  CHECK(run_busybox({"cat", "file", scratch / "file"}).out == "content\ncontent\n");
  CHECK(run_busybox({"rm", "file"}).status == 0);
  CHECK(content_of("file") == "content\n");
}

TEST_CASE("commands of a sequence run in one boot and the last one counts") {
  const HopResult result = run_hop({"run", "--sequence", kBusybox, "echo", "one", "--then", kBusybox, "sh", "-c",
                                    "exit 3", "--then", kBusybox, "sh", "-c", "echo two; exit 5"});
  CHECK(result.out == "one\ntwo\n");
  CHECK(result.status == 5);
}

TEST_CASE("a run repeats to the bit") {
  const Scratch scratch;
  const std::string one = scratch / "1", two = scratch / "2";
  CHECK(run_busybox({"sha256sum", "/etc/passwd"}, {"--stats-file=" + one}).status == 0);
  CHECK(run_busybox({"sha256sum", "/etc/passwd"}, {"--stats-file=" + two}).status == 0);
  CHECK(content_of(one) == content_of(two));
  const auto report = nlohmann::json::parse(content_of(one));
  CHECK(report["end"] == "exit");
  CHECK(report["instructions"] > 100'000);
  CHECK(report["system_calls"] > 5);
  CHECK_FALSE(report["hops"].empty());
}

TEST_CASE("statistics go to standard error") {
  const HopResult json = run_busybox({"true"}, {"--stats=json"});
  CHECK(json.out.empty());
  CHECK(nlohmann::json::parse(json.error)["exit_status"] == 0);
  CHECK(run_busybox({"true"}, {"--stats"}).error.starts_with("hop: statistics of /bin/busybox true\n"));
}

TEST_CASE("the instruction limit ends the run with a message that --quiet silences") {
  const HopResult result = run_busybox({"sh", "-c", "while :; do :; done"}, {"--limit=6000000"});
  CHECK(result.status == 124);
  CHECK(result.error == "hop: ended at the limit of 6000000 instructions (--limit)\n");
  const HopResult quiet = run_busybox({"sh", "-c", "while :; do :; done"}, {"--limit=6000000", "--quiet"});
  CHECK(quiet.status == 124);
  CHECK(quiet.error.empty());
}

TEST_CASE("Ctrl-C ends the machine and the statistics still come") {
  test::HopInput input;
  input.when_written = "ready\n";
  input.then = [](int process) { kill(process, SIGINT); };
  const HopResult result =
      run_busybox({"sh", "-c", "echo ready; while :; do :; done"}, {"--stats=json", "--quiet"}, input);
  CHECK(result.status == 130);
  const auto report = nlohmann::json::parse(result.error);
  CHECK(report["end"] == "interrupted");
  CHECK(report["exit_status"] == 130);
}

TEST_CASE("a run ends quietly when nobody reads its output any more") {
  test::HopInput input;
  input.when_written = "y\n";
  input.then = [](int) {};
  input.stop_reading = true;
  const HopResult result = run_busybox({"yes"}, {}, input);
  CHECK(result.status == 141);
  CHECK(result.error.empty());
}

TEST_CASE("a guest that can never go on is a deadlock") {
  const Scratch scratch;
  const HopResult result =
      run_busybox({"true"}, {"--quiet", "--service=" + scratch.file("names.elf", invalid_program())});
  CHECK(result.status == 70);
}

TEST_CASE("a kernel that fails at once is a machine check") {
  const Scratch scratch;
  const HopResult result = run_busybox({"true"}, {"--kernel=" + scratch.file("kernel", invalid_program())});
  CHECK(result.status == 71);
  CHECK(result.error.starts_with("hop: the machine cannot go on: vector 6 (invalid opcode)"));
}

TEST_CASE("wrong calls write one line to standard error and end with status 2") {
  const Scratch scratch;
  const std::string text = scratch.file("text", "text", 0755);
  const std::string file = scratch / "statistics";
  const struct {
    Words arguments;
    std::string line;
  } cases[] = {
      {{}, "no command; see 'hop --help'"},
      {{"run", "--frob", "x"}, "there is no option --frob; see 'hop run --help'"},
      {{"run", "--stats-file=" + file, scratch / "none"},
       "there is no file " + (scratch / "none") + "; check the path"},
      {{"run", "--stats-file=" + file, text}, text + " is no ELF program; hop runs static x86-64 ELF programs"},
      {{"run", "--stats-file=" + (scratch / "no/file"), kBusybox, "true"},
       "--stats-file=" + (scratch / "no/file") + ": no such file or directory; name a file that can be written"},
      {{"dis", scratch / "none"}, "cannot read " + (scratch / "none") + ": no such file or directory"},
      {{"run", "--stats-file=" + file, "--costs=" + text, kBusybox, "true"},
       "--costs=" + text + ": the table is no JSON (line 1)"},
      {{"run", "--stats-file=" + file, "--costs=dear", kBusybox, "true"},
       "there is no cost table 'dear', and no file of that name; tables are unit, sel4-skylake, skybridge-skylake, "
       "xpc-optimistic"},
      {{"run", "--tlb-ways=3", kBusybox, "true"},
       "--tlb-ways=3 with --tlb-entries=64: a TLB consists of whole sets; make the entries a multiple of the ways"},
      {{"lab", "frob"}, "there is no lab 'frob'; 'hop lab' lists them"},
      {{"costs"}, "no command; see 'hop costs --help'"},
      {{"costs", "show", scratch / "none"}, "--costs=" + (scratch / "none") + ": the file cannot be read"},
      {{"variant", "check", "--frames=1"}, "--frames takes a number from 16 to 4096, not '1'"},
  };
  for (const auto& each : cases) {
    const HopResult result = run_hop(each.arguments);
    INFO(each.line);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK(result.error == "hop: " + each.line + "\n");
  }
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("help and version go to standard output") {
  for (const Words& words : {Words{"--help"}, Words{"run", "--help"}, Words{"--version"}}) {
    const HopResult result = run_hop(words);
    CHECK(result.status == 0);
    CHECK_FALSE(result.out.empty());
    CHECK(result.error.empty());
  }
  CHECK(run_hop({"--version"}).out.find("Unicorn 2.") != std::string::npos);
}

TEST_CASE("a terminal is one to the guest, too, and is left as it was") {
  bool is_unchanged = false;
  const HopResult result = test::run_hop_on_terminal(
      {"run", kBusybox, "sh", "-c", "test -t 0 && test -t 1 && read x && echo got $x"}, "typed\n", is_unchanged);
  CHECK(result.status == 0);
  CHECK(result.out.find("got typed") != std::string::npos);
  CHECK(is_unchanged);
}
