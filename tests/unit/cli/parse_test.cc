// SPDX-License-Identifier: GPL-2.0-or-later
#include <catch2/catch_test_macros.hpp>

#include "emu/cli/number.h"
#include "emu/cli/options.h"

using emu::cli::Invocation;
using emu::cli::RunOptions;
using emu::cli::StatisticsForm;
using Words = std::vector<std::string>;

namespace {

emu::Result<Invocation> parse(Words words) {
  return emu::cli::parse(std::move(words), [] { return std::string("hop of the test"); });
}

/// Options of "hop run" with the words; the parse must succeed.
RunOptions run_options(Words words) {
  words.insert(words.begin(), "run");
  emu::Result<Invocation> invocation = parse(std::move(words));
  INFO((invocation ? std::string() : invocation.error()));
  REQUIRE(invocation);
  REQUIRE(std::holds_alternative<RunOptions>(invocation.value()));
  return std::get<RunOptions>(invocation.value());
}

std::string error_of(Words words) {
  const emu::Result<Invocation> invocation = parse(std::move(words));
  return invocation ? "no error" : invocation.error();
}

std::string text_of(Words words) {
  emu::Result<Invocation> invocation = parse(std::move(words));
  REQUIRE(invocation);
  REQUIRE(std::holds_alternative<emu::cli::Information>(invocation.value()));
  return std::get<emu::cli::Information>(invocation.value()).text;
}

}  // namespace

TEST_CASE("everything after PROGRAM belongs to the program") {
  const RunOptions options =
      run_options({"--limit=5", "prog", "--limit=7", "--help", "--", "--stats", "-q", "", "[a,b]", "run"});
  CHECK(options.limit == 5);
  CHECK(options.statistics == StatisticsForm::None);
  CHECK_FALSE(options.is_quiet);
  CHECK(options.commands ==
        std::vector<Words>{{"prog", "--limit=7", "--help", "--", "--stats", "-q", "", "[a,b]", "run"}});
  CHECK(options.command_line == options.commands.front());
}

TEST_CASE("a program may be called like a command of hop") {
  CHECK(run_options({"isa", "list"}).commands == std::vector<Words>{{"isa", "list"}});
}

TEST_CASE("after -- a program may begin with a dash") {
  CHECK(run_options({"-q", "--", "-prog", "--", "x"}).commands == std::vector<Words>{{"-prog", "--", "x"}});
}

TEST_CASE("an option without a value does not swallow PROGRAM") {
  const RunOptions options = run_options({"--stats", "prog", "json"});
  CHECK(options.statistics == StatisticsForm::Text);
  CHECK(options.commands == std::vector<Words>{{"prog", "json"}});
  CHECK(run_options({"--env", "A=1", "B=2"}).commands == std::vector<Words>{{"B=2"}});
}

TEST_CASE("values may follow their option with or without an equals sign") {
  CHECK(run_options({"--limit", "7", "prog"}).limit == 7);
  CHECK(run_options({"--limit=7", "prog"}).limit == 7);
}

TEST_CASE("of an option given twice the last value counts") {
  CHECK(run_options({"--limit=7", "--limit=8", "prog"}).limit == 8);
}

TEST_CASE("a run without options has the documented defaults") {
  const RunOptions options = run_options({"prog"});
  CHECK(options.memory == uint64_t{1} << 30);
  CHECK(options.limit == 0);
  CHECK(options.seed == 0);
  CHECK(options.quantum == 0);
  CHECK(options.cpus == 1);
  CHECK(options.schedule_seed == 0);
  CHECK(options.turn == 1000);
  CHECK(options.clock_seconds == 1'767'225'600);
  CHECK(options.variant == asx::Variant{});
  CHECK(options.environment ==
        Words{"HOME=/", "LANG=C", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"});
}

TEST_CASE("--env adds to the default environment and replaces what it names") {
  CHECK(run_options({"--env=HOME=/root", "--env=A=", "--env=A=b=c", "prog"}).environment ==
        Words{"LANG=C", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm", "HOME=/root",
              "A=b=c"});
}

TEST_CASE("machine options arrive in their units") {
  const RunOptions options =
      run_options({"--memory=64M", "--seed=3", "--preempt-every=500", "--realtime", "--clock=host", "--frames=64",
                   "--reserve=4", "--root=/x", "--kernel=k", "--service=a/files.elf", "--service=names", "--strace",
                   "-q", "--cpus=16", "--schedule-seed=9", "--schedule-turn=1", "prog"});
  CHECK(options.cpus == 16);
  CHECK(options.schedule_seed == 9);
  CHECK(options.turn == 1);
  CHECK(options.memory == uint64_t{64} << 20);
  CHECK(options.seed == 3);
  CHECK(options.quantum == 500);
  CHECK(options.is_realtime);
  CHECK_FALSE(options.clock_seconds.has_value());
  CHECK(options.variant.frames == 64);
  CHECK(options.variant.reserve == 4);
  CHECK(options.root == "/x");
  CHECK(options.kernel_file == "k");
  CHECK(options.service_files == Words{"a/files.elf", "names"});
  CHECK(options.trace_system_calls);
  CHECK(options.is_quiet);
  CHECK(run_options({"--clock=0", "prog"}).clock_seconds == 0);
}

TEST_CASE("a statistics file means JSON unless text is asked for") {
  CHECK(run_options({"--stats-file=f", "prog"}).statistics == StatisticsForm::Json);
  CHECK(run_options({"--stats-file=f", "--stats=text", "prog"}).statistics == StatisticsForm::Text);
  CHECK(run_options({"--stats=json", "prog"}).statistics_file.empty());
}

TEST_CASE("--costs means statistics, and memory is modelled for a report with --costs or a --tlb flag") {
  const RunOptions costs = run_options({"--costs=unit", "prog"});
  CHECK(costs.statistics == StatisticsForm::Text);
  REQUIRE(costs.costs.has_value());
  CHECK(costs.costs->name == "unit");
  CHECK(costs.models_memory);
  CHECK(run_options({"--costs=unit", "--stats=json", "prog"}).statistics == StatisticsForm::Json);
  CHECK(run_options({"--stats", "--tlb=tagged", "prog"}).models_memory);
  CHECK(run_options({"--stats", "--tlb-ways=8", "prog"}).models_memory);
  CHECK_FALSE(run_options({"--stats", "prog"}).models_memory);
  CHECK_FALSE(run_options({"--tlb=untagged", "prog"}).models_memory);
}

TEST_CASE("--sequence splits the arguments at --then") {
  const RunOptions options = run_options({"--sequence", "a", "1", "--then", "b", "--", "--then", "c"});
  CHECK(options.commands == std::vector<Words>{{"a", "1"}, {"b", "--"}, {"c"}});
  CHECK(run_options({"a", "--then", "b"}).commands == std::vector<Words>{{"a", "--then", "b"}});
}

TEST_CASE("sizes are whole numbers with a suffix") {
  CHECK(emu::cli::parse_size("16777216") == 16777216);
  CHECK(emu::cli::parse_size("3K") == 3072);
  CHECK(emu::cli::parse_size("2G") == uint64_t{2} << 30);
  for (const char* wrong : {"", "G", "-1", "1.5G", "1T", "1g", "99999999999999999999", "17179869184G", "0x10"}) {
    INFO(wrong);
    CHECK_FALSE(emu::cli::parse_size(wrong).has_value());
  }
}

TEST_CASE("each wrong command line has its sentence") {
  CHECK(error_of({}) == "no command; see 'hop --help'");
  CHECK(error_of({"frob"}) == "there is no command 'frob'; see 'hop --help'");
  CHECK(error_of({"variant"}) == "no command; see 'hop variant --help'");
  CHECK(error_of({"variant", "frob"}) == "there is no command 'frob'; see 'hop variant --help'");
  CHECK(error_of({"run"}) == "no PROGRAM to run; see 'hop run --help'");
  CHECK(error_of({"run", "--"}) == "no PROGRAM to run; see 'hop run --help'");
  CHECK(error_of({"run", ""}) == "no PROGRAM to run; see 'hop run --help'");
  CHECK(error_of({"run", "--frob", "prog"}) == "there is no option --frob; see 'hop run --help'");
  CHECK(error_of({"run", "--limit=x", "prog"}) == "--limit takes a number from 0 to 18446744073709551615, not 'x'");
  CHECK(error_of({"run", "--limit=-1", "prog"}) == "--limit takes a number from 0 to 18446744073709551615, not '-1'");
  CHECK(error_of({"run", "--quantum=4294967296", "prog"}) ==
        "--quantum takes a number from 0 to 4294967295, not '4294967296'");
  CHECK(error_of({"run", "--cpus=17", "prog"}) == "--cpus takes a number from 1 to 16, not '17'");
  CHECK(error_of({"run", "--schedule-turn=0", "prog"}) ==
        "--schedule-turn takes a number from 1 to 1000000000, not '0'");
  CHECK(error_of({"run", "--memory=5K", "prog"}) ==
        "--memory takes a size from 16M to 64G that is a multiple of 2M, not '5K'");
  CHECK(error_of({"run", "--memory=17M", "prog"}) ==
        "--memory takes a size from 16M to 64G that is a multiple of 2M, not '17M'");
  CHECK(error_of({"run", "--clock=now", "prog"}) == "--clock takes 'host' or seconds since 1970, not 'now'");
  CHECK(error_of({"run", "--stats=xml", "prog"}) == "--stats takes 'text' or 'json', not 'xml'");
  CHECK(error_of({"run", "--env=A", "prog"}) == "--env takes NAME=VALUE, not 'A'");
  CHECK(error_of({"run", "--env==A", "prog"}) == "--env takes NAME=VALUE, not '=A'");
  CHECK(error_of({"run", "--frames=3", "prog"}) == "--frames takes a number from 16 to 4096, not '3'");
  CHECK(error_of({"run", "--frames=16", "--reserve=9", "prog"}) ==
        "--reserve=9 with --frames=16: fewer than 8 frames are left for calls; raise --frames or lower --reserve");
  CHECK(error_of({"run", "--sequence", "a", "--then"}) == "--sequence: a program is missing before or after --then");
  CHECK(error_of({"run", "--sequence", "a", "--then", "--then", "b"}) ==
        "--sequence: a program is missing before or after --then");
  CHECK(error_of({"variant", "check", "--selector-bits=16"}) ==
        "--selector-bits takes a number from 1 to 15, not '16'");
}

TEST_CASE("help and version are texts for standard output") {
  CHECK(text_of({"--version"}) == "hop of the test\n");
  CHECK(text_of({"--help"}).starts_with("Usage: hop COMMAND"));
  const std::string help = text_of({"run", "--help"});
  CHECK(help.starts_with("Usage: hop run [OPTIONS] PROGRAM [ARGS...]\n"));
  for (const char* part : {"--root=DIR", "copy", "lost at the end", "Exit status:", "124", "--selector-bits=N"}) {
    INFO(part);
    CHECK(help.find(part) != std::string::npos);
  }
}

TEST_CASE("no line of the help is wider than 120 columns") {
  for (const Words& words : {Words{"--help"}, Words{"run", "--help"}, Words{"variant", "show", "--help"}}) {
    const std::string help = text_of(words);
    for (size_t start = 0; start < help.size();) {
      const size_t end = help.find('\n', start);
      INFO(help.substr(start, end - start));
      CHECK(end - start <= 120);
      start = end + 1;
    }
  }
}

TEST_CASE("hop lab takes a name, or lists the labs, and --json only with a name") {
  const auto lab = [](Words words) {
    auto invocation = parse(std::move(words));
    REQUIRE(invocation);
    return std::get<emu::cli::LabOptions>(invocation.value());
  };
  CHECK(lab({"lab"}).name.empty());
  CHECK(lab({"lab", "attacks"}).name == "attacks");
  CHECK_FALSE(lab({"lab", "attacks"}).is_json);
  CHECK(lab({"lab", "attacks", "--json"}).is_json);
  CHECK(error_of({"lab", "--json"}) == "--json requires NAME; see 'hop lab --help'");
}

TEST_CASE("hop costs takes what to do, and which table") {
  using Action = emu::cli::CostsOptions::Action;
  const auto costs = [](Words words) {
    words.insert(words.begin(), "costs");
    auto invocation = emu::cli::parse(words, [] { return std::string("version"); });
    REQUIRE(invocation);
    REQUIRE(std::holds_alternative<emu::cli::CostsOptions>(invocation.value()));
    return std::get<emu::cli::CostsOptions>(invocation.value());
  };
  CHECK(costs({"list"}).action == Action::List);
  CHECK(costs({"counters"}).action == Action::Counters);
  CHECK(costs({"show", "./mine.json"}).action == Action::Show);
  CHECK(costs({"show", "./mine.json"}).table == "./mine.json");
  CHECK(error_of({"costs", "frob"}) == "there is no command 'frob'; see 'hop costs --help'");
  CHECK(error_of({"costs", "show"}) == "NAME is required; see 'hop costs --help'");
  CHECK(error_of({"costs", "show", "a", "b"}) == "The following argument was not expected: b; see 'hop costs --help'");
}
