// SPDX-License-Identifier: GPL-2.0-or-later
// The same program, files, input and flags: the same counts, byte for byte.
#include <catch2/catch_test_macros.hpp>

#include "tests/system/hop_command.h"

using test::Outcome;
using test::run_hop;

namespace {

const std::vector<std::vector<std::string>> kPrograms = {
    {"sha256sum", "/etc/passwd"},
    {"awk", "BEGIN { srand(); for (i = 0; i < 3000; i++) s += rand(); print s; system(\"\") }"},
    {"sh", "-c", "date; cat /dev/urandom | head -c 0; i=0; while [ $i -lt 300 ]; do i=$((i+1)); done; echo $i"},
    {"sleep", "3"},
    {"mktemp", "-u"},
};

std::vector<std::string> command(const std::vector<std::string>& flags, const std::vector<std::string>& program) {
  std::vector<std::string> words = {"run"};
  words.insert(words.end(), flags.begin(), flags.end());
  words.push_back("/bin/busybox");
  words.insert(words.end(), program.begin(), program.end());
  return words;
}

}  // namespace

TEST_CASE("two runs of the same thing count the same, byte for byte") {
  for (const auto& program : kPrograms) {
    const Outcome first = run_hop(command({"--stats=json", "--quiet"}, program));
    const Outcome second = run_hop(command({"--stats=json", "--quiet"}, program));
    INFO(program[0]);
    CHECK(first.output == second.output);
    CHECK(first.errors == second.errors);
    CHECK(first.status == second.status);
    CHECK(first.errors.find("\"instructions\"") != std::string::npos);
  }
}

TEST_CASE("a run does not depend on the host's environment, umask or load") {
  const Outcome plain = run_hop(command({"--stats=json", "--quiet"}, kPrograms[0]));
  const Outcome other = test::run_shell(
      "umask 077; TZ=Asia/Tokyo LANG=de_DE.UTF-8 COLUMNS=33 \"$HOP\" run --stats=json --quiet /bin/busybox sha256sum "
      "/etc/passwd");
  CHECK(plain.output == other.output);
  CHECK(plain.errors == other.errors);
}

TEST_CASE("preemption after few instructions changes when threads run, not what they print") {
  for (const char* quantum : {"--preempt-every=997", "--preempt-every=50021"}) {
    const Outcome usual = run_hop(command({}, kPrograms[0]));
    const Outcome preempted = run_hop(command({quantum}, kPrograms[0]));
    CHECK(preempted.output == usual.output);
    CHECK(preempted.status == 0);
  }
}

TEST_CASE("the seed decides the guest's random numbers") {
  const std::vector<std::string> program = {"od", "-A", "n", "-t", "x1", "-N", "16", "/dev/urandom"};
  const Outcome zero = run_hop(command({"--seed=0"}, program));
  const Outcome one = run_hop(command({"--seed=1"}, program));
  CHECK(zero.output.size() == 49);
  CHECK(zero.output == run_hop(command({}, program)).output);
  CHECK(zero.output != one.output);
  CHECK(one.output == run_hop(command({"--seed=1"}, program)).output);
}

TEST_CASE("on several CPUs, whatever their turns, programs print what they print on one") {
  const std::string script =
      "echo one two >/a; echo three >>/a; while read x y; do echo $y$x; done </a; trap 'echo caught' USR1; "
      "kill -USR1 $$; i=0; while [ $i -lt 200 ]; do i=$((i+1)); done; echo $i; test -f /a && exit 7";
  unsigned seed = 0;
  for (const char* cpus : {"--cpus=2", "--cpus=4", "--cpus=8"}) {
    for (const char* turn : {"--schedule-turn=1", "--schedule-turn=50", "--schedule-turn=5000"}) {
      const std::string option = "--schedule-seed=" + std::to_string(++seed);
      INFO(cpus << ' ' << turn << ' ' << option);
      const Outcome outcome = run_hop({"run", cpus, turn, option, "/bin/busybox", "sh", "-c", script});
      CHECK(outcome.output == "twoone\nthree\ncaught\n200\n");
      CHECK(outcome.errors == "");
      CHECK(outcome.status == 7);
    }
  }
}

TEST_CASE("the seed of the schedule decides the whole run") {
  const auto run = [](const char* seed) {
    return run_hop({"run", "--cpus=3", seed, "--stats=json", "/bin/busybox", "true"}).errors;
  };
  CHECK(run("--schedule-seed=1").find("\"cpus\"") != std::string::npos);
  CHECK(run("--schedule-seed=1") == run("--schedule-seed=1"));
  CHECK(run("--schedule-seed=1") != run("--schedule-seed=2"));
}
