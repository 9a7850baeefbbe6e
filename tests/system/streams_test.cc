// SPDX-License-Identifier: GPL-2.0-or-later
// What goes in and comes out of a run: streams, exit status, the host's files.
#include <catch2/catch_test_macros.hpp>

#include "tests/system/hop_command.h"

using test::Outcome;
using test::run_hop;
using test::run_shell;

TEST_CASE("50 MB go through a pipe, a program on the machine and another pipe unchanged") {
  const test::TemporaryFolder folder;
  std::string bytes;
  uint64_t state = 88172645463325252u;  // xorshift (Marsaglia 2003)
  while (bytes.size() < 50'000'000) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    bytes.append(reinterpret_cast<const char*>(&state), sizeof state);
  }
  test::write_file(folder.path() / "sent", bytes);
  const Outcome piped = run_shell("cat sent | \"$HOP\" run /bin/busybox cat | cmp - sent", folder.path());
  CHECK(piped.output == "");
  CHECK(piped.errors == "");
  CHECK(piped.status == 0);
}

TEST_CASE("a program that wants no more input leaves the rest to the next reader of the pipe's writer") {
  const Outcome outcome = run_shell("yes line | \"$HOP\" run /bin/busybox head -n 2");
  CHECK(outcome.output == "line\nline\n");
  CHECK(outcome.status == 0);
}

TEST_CASE("standard output and standard error are the program's own") {
  const Outcome outcome = run_hop({"run", "/bin/busybox", "sh", "-c", "echo out; echo err >&2"});
  CHECK(outcome.output == "out\n");
  CHECK(outcome.errors == "err\n");
  CHECK(outcome.status == 0);
}

TEST_CASE("the exit status of hop is the program's") {
  for (const int status : {0, 1, 2, 70, 124, 200, 255}) {
    CHECK(run_hop({"run", "/bin/busybox", "sh", "-c", "exit " + std::to_string(status)}).status == status);
  }
}

TEST_CASE("a run ends when nobody reads the output any more") {
  const Outcome outcome =
      run_shell("{ \"$HOP\" run --quiet /bin/busybox yes; echo $? >status; } | head -n 1; cat status",
                test::TemporaryFolder().path().parent_path());
  CHECK(outcome.output == "y\n141\n");
}

TEST_CASE("a program that never ends ends at the limit of instructions") {
  const Outcome outcome = run_hop({"run", "--limit=20000000", "/bin/busybox", "sh", "-c", "while :; do :; done"});
  CHECK(outcome.output == "");
  CHECK(outcome.errors == "hop: ended at the limit of 20000000 instructions (--limit)\n");
  CHECK(outcome.status == 124);
}

TEST_CASE("nothing that a program does to its files reaches the host's") {
  const test::TemporaryFolder folder;
  test::write_file(folder.path() / "kept", "before\n");
  const std::string file = folder.path() / "kept";
  const Outcome removed =
      run_hop({"run", "--sequence", "/bin/busybox", "rm", file, "--then", "/bin/busybox", "ls", file});
  CHECK(removed.status == 1);
  const Outcome written =
      run_hop({"run", "--root=" + folder.path().string(), "/bin/busybox", "sh", "-c", "echo after >kept; >new"});
  CHECK(written.status == 0);
  CHECK(test::read_file(file) == "before\n");
  CHECK(!std::filesystem::exists(folder.path() / "new"));
}

TEST_CASE("arguments reach the program as they are given") {
  const Outcome outcome =
      run_hop({"run", "/bin/busybox", "printf", "[%s]", "", "a b", "--stats", "-q", "--", "\xff\n"});
  CHECK(outcome.output == "[][a b][--stats][-q][--][\xff\n]");
  CHECK(outcome.status == 0);
}

TEST_CASE("the environment is hop's own and what --env adds") {
  const Outcome outcome = run_hop({"run", "--env=ZEBRA=1 2", "--env=TERM=dumb", "/bin/busybox", "env"});
  CHECK(outcome.output ==
        "HOME=/\nLANG=C\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nZEBRA=1 2\nTERM=dumb\n");
}

TEST_CASE("a sequence runs one program after the other on the same files") {
  const Outcome outcome = run_hop({"run", "--sequence", "/bin/busybox", "sh", "-c", "echo one >/tmp/f; exit 3",
                                   "--then", "/bin/busybox", "cat", "/tmp/f", "--then", "/bin/busybox", "false"});
  CHECK(outcome.output == "one\n");
  CHECK(outcome.status == 1);
}
