// SPDX-License-Identifier: GPL-2.0-or-later
// Whole systems on every pair of variant flags: what check accepts boots and gives right results, the rest is refused.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/host/covering_variants.h"
#include "tests/system/hop_command.h"

namespace {

std::vector<std::string> options_of(const asx::Variant& variant) {
  std::vector<std::string> options;
  for (const asx::VariantFlag& flag : asx::variant_flags()) {
    options.push_back("--" + std::string(flag.name) + "=" + flag.text(flag.get(variant)));
  }
  return options;
}

std::vector<std::string> command(const std::vector<std::string>& verb, const asx::Variant& variant,
                                 const std::vector<std::string>& rest) {
  std::vector<std::string> words = verb;
  for (const std::string& option : options_of(variant)) words.push_back(option);
  words.insert(words.end(), rest.begin(), rest.end());
  return words;
}

}  // namespace

TEST_CASE(
    "on every pair of variant flags that is accepted a Linux program and a native one run, on one space only this") {
  // files, a signal's handler, children and a pipe between them, and a status
  const std::string script =
      "echo one two >/a; echo three >>/a; while read x y; do echo $y$x; done </a; "
      "trap 'echo caught' USR1; kill -USR1 $$; "
      "echo $(echo four | tr a-z A-Z); test -f /a && exit 7";
  for (const asx::Variant& variant : test::covering_variants().variants) {
    INFO(asx::to_line(variant));
    const test::Outcome shell = test::run_hop(command({"run"}, variant, {"/bin/busybox", "sh", "-c", script}));
    if (variant.spaces == asx::Spaces::Many) {
      CHECK(shell.output == "twoone\nthree\ncaught\nFOUR\n");
      CHECK(shell.errors == "");
      CHECK(shell.status == 7);
    } else {
      CHECK(shell.output == "");
      CHECK(shell.errors ==
            "hop: /bin/busybox is a Linux program, whose code, heap and stack are spaces of their own, and with "
            "--spaces=one only one can be used at a time; run a native program, or leave out --spaces\n");
      CHECK(shell.status == 2);
    }
    const test::Outcome hello = test::run_hop(command({"run"}, variant, {HOP_GUEST_FOLDER "/hello.elf"}));
    CHECK(hello.output == "Hello from a code space of its own.\n");
    CHECK(hello.status == 0);
  }
}

TEST_CASE("a pair of variant flags that cannot work is refused by run and check alike, with status 2") {
  size_t tried = 0;
  for (const test::RefusedPair& refused : test::covering_variants().refused) {
    if (tried++ % 7 != 0) continue;  // all sentences are looked at in unit.isa-ext
    std::vector<std::string> options;
    for (const test::Setting& setting : {refused.first, refused.second}) {
      const asx::VariantFlag& flag = asx::variant_flags()[setting.flag];
      options.push_back("--" + std::string(flag.name) + "=" + flag.text(setting.value));
    }
    INFO(options[0] << ' ' << options[1]);
    for (const std::vector<std::string>& verb : {std::vector<std::string>{"run"}, {"variant", "check"}}) {
      std::vector<std::string> words = verb;
      words.insert(words.end(), options.begin(), options.end());
      if (verb.size() == 1) words.push_back(HOP_GUEST_FOLDER "/hello.elf");
      const test::Outcome outcome = test::run_hop(words);
      CHECK(outcome.status == 2);
      CHECK(outcome.output == "");
      CHECK(outcome.errors == "hop: " + refused.sentence + "\n");
    }
  }
  CHECK(tried > 0);
}
