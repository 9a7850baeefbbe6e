// SPDX-License-Identifier: GPL-2.0-or-later
// What an unmodified Linux program can reach: its own four spaces and the gate of its system calls, whatever it tries.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "tests/system/hop_command.h"

using test::Outcome;
using test::run_hop;

namespace {

constexpr char kSelectors[] = HOP_SELECTORS_PROGRAM;

/// Image; gate of system calls; stack, alias of the image, heap, message space. 1 read, 2 write, 4 gate.
constexpr char kRights[] = " 0000=3 0008=4 8000=3 8001=3 8002=3 8003=3\n";

// Lists of 9 and 16 entries, 4,096 indices with 8 slot generations each. By the first check that fails (manual 4):
// beyond the list (1) 8 * (4087 + 4080); empty entry (2) 8 * (7 + 12); the gate (3) 8; a later generation (4) of the
// image and of the four spaces 5 * 7. With the five that are granted 65,536.
constexpr char kSweep[] =
    "read reaches: 0000 8000 8001 8002 8003\n"
    "read is refused: cause 1 65208 times cause 2 280 times cause 3 8 times cause 4 35 times; page faults 0, others 0\n"
    "write reaches: 0000 8000 8001 8002 8003\n"
    "write is refused: cause 1 65208 times cause 2 280 times cause 3 8 times cause 4 35 times; page faults 0, others "
    "0\n"
    "fetch reaches: 0000\n"
    "fetch is refused: cause 8 65535 times; page faults 0, others 0\n";

}  // namespace

TEST_CASE("tsel tells a program of five spaces and one gate among all 65,536 selectors") {
  const Outcome outcome = run_hop({"run", kSelectors, "rights"});
  CHECK(outcome.output == kRights);
  CHECK(outcome.status == 0);
}

TEST_CASE("a program reads, writes and fetches through its own selectors and through none of the other 65,536") {
  const Outcome outcome = run_hop({"run", "--service=" HOP_RESUMING_PERSONALITY, kSelectors, "all"});
  CHECK(outcome.output == std::string(kSweep) + kRights);
  CHECK(outcome.errors == "");
  CHECK(outcome.status == 0);
}

TEST_CASE("an access through a selector that was not granted ends a program, and the next one runs") {
  std::vector<std::string> command = {"run", "--sequence"};
  std::string survivors;
  size_t deaths = 0;
  const auto add = [&](const char* what, uint32_t selector, bool is_granted) {
    char text[8];
    std::snprintf(text, sizeof text, "%04x", selector);
    if (command.size() > 2) command.emplace_back("--then");
    for (const char* word : {kSelectors, what, static_cast<const char*>(text)}) command.emplace_back(word);
    if (is_granted)
      survivors += std::string(what) + " " + text + "\n";
    else
      ++deaths;
  };
  for (const uint32_t selector : {0x0000, 0x8000, 0x8001, 0x8002, 0x8003}) {
    add("read", selector, true);
    add("write", selector, true);
    add("fetch", selector, selector == 0);
  }
  // selectors that a service or the kernel has, or that only look like a granted one, and some from everywhere
  for (const uint32_t selector :
       {0x0001, 0x0002, 0x0003, 0x0007, 0x0008, 0x1000, 0x7fff, 0x8004, 0x800f, 0x8010, 0x9000,
        0x9002, 0xf003, 0xffff, 0x1234, 0x3456, 0x5678, 0x789a, 0x9abc, 0xabcd, 0xbcde, 0xdef0}) {
    add("read", selector, false);
    add("write", selector, false);
    add("fetch", selector, false);
  }
  const Outcome outcome = run_hop(command);
  CHECK(outcome.output == survivors);
  CHECK(outcome.status == 139);
  constexpr char kReport[] = ": address-space fault: ";
  size_t reports = 0;
  for (size_t at = outcome.errors.find(kReport); at != std::string::npos; at = outcome.errors.find(kReport, at + 1))
    ++reports;
  CHECK(reports == deaths);
}
