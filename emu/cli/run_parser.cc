// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/cli/run_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "emu/cli/number.h"
#include "isa-ext/abi/boot.h"

namespace emu::cli {
namespace {

constexpr uint64_t kSmallestMemory = uint64_t{16} << 20;
constexpr uint64_t kLargestMemory = uint64_t{64} << 30;  ///< devices begin there
constexpr uint64_t kMemoryUnit = uint64_t{2} << 20;

/// What hide_end_of_options() writes.
const std::string kEndOfOptions("--\0", 3);

CLI::Option* add_repeatable(CLI::App& command, const char* name, std::vector<std::string>& values,
                            const char* description) {
  return command.add_option(name, values, description)->allow_extra_args(false)->take_all();
}

/// An option not given leaves its value.
MaybeError read_number(const char* name, const std::string& text, uint64_t maximum, uint64_t& value) {
  if (text.empty()) return std::nullopt;
  const std::optional<uint64_t> number = parse_number(text);
  if (!number || *number > maximum) {
    return Error{fmt::format("{} takes a number from 0 to {}, not '{}'", name, maximum, text)};
  }
  value = *number;
  return std::nullopt;
}

}  // namespace

const std::vector<std::string>& default_environment() {
  static const std::vector<std::string> environment = {
      "HOME=/", "LANG=C", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"};
  return environment;
}

void RunParser::declare_guest(CLI::App& run) {
  constexpr char kGroup[] = "The guest";
  run.add_option("--root", options_.root,
                 "the guest's root is a copy of this directory; changes to the copy are lost at the end")
      ->option_text("=DIR")
      ->group(kGroup);
  add_repeatable(run, "--env", environment_, "sets a variable of the guest's environment; may be given several times")
      ->option_text("=NAME=VALUE")
      ->group(kGroup);
  run.add_flag("--sequence", is_sequence_,
               "ARGS hold several programs with their arguments, separated by an argument --then; they run one after "
               "another in one boot, and the last one's exit status counts")
      ->disable_flag_override()
      ->group(kGroup);
}

void RunParser::declare_machine(CLI::App& run) {
  constexpr char kGroup[] = "The machine";
  run.add_option("--memory", memory_, "RAM, with suffix K, M or G (default 1G)")->option_text("=SIZE")->group(kGroup);
  run.add_option("--limit", limit_, "ends the run after so many instructions, with exit status 124")
      ->option_text("=INSTRUCTIONS")
      ->group(kGroup);
  run.add_option("--clock", clock_,
                 "where the guest's calendar starts: seconds since 1970, or 'host' for now (default 1767225600, which "
                 "is 2026-01-01, so that runs repeat)")
      ->option_text("=host|SECONDS")
      ->group(kGroup);
  run.add_flag("--realtime", options_.is_realtime,
               "ties the guest's time to the host's; without it an instruction takes one nanosecond, sleeping takes no "
               "time, and runs repeat")
      ->disable_flag_override()
      ->group(kGroup);
  run.add_option("--seed", seed_, "start of the guest's random numbers (default 0)")->option_text("=N")->group(kGroup);
  run.add_option("--quantum,--preempt-every", quantum_,
                 "instructions a thread runs before it is the next one's turn (default: the kernel's choice)")
      ->option_text("=TICKS")
      ->group(kGroup);
  run.add_option("--check-kernel", check_,
                 "lets the kernel check all its objects at every Nth entry, and end the machine at the first thing "
                 "that is wrong, with exit status 71")
      ->option_text("=N")
      ->group(kGroup);
  run.add_option("--cpus", cpus_, "CPUs, 1 to 16, that take turns on one thread of the host (default 1)")
      ->option_text("=N")
      ->group(kGroup);
  run.add_option("--schedule-seed", schedule_seed_,
                 "which of several CPUs has its turn when, and for how long: the same number, the same run (default 0)")
      ->option_text("=N")
      ->group(kGroup);
  run.add_option("--schedule-turn", turn_,
                 "instructions of a CPU's turn, on average; 1 lets them change at every block (default 1000)")
      ->option_text("=INSTRUCTIONS")
      ->group(kGroup);
  run.add_option("--kernel", options_.kernel_file, "boots this kernel instead of the built-in one")
      ->option_text("=FILE")
      ->group(kGroup);
  add_repeatable(run, "--service", options_.service_files,
                 "replaces the built-in service of the file's name (names, console, files or linux, with or without "
                 ".elf); may be given several times")
      ->option_text("=FILE")
      ->group(kGroup);
}

void RunParser::declare_reports(CLI::App& run) {
  constexpr char kGroup[] = "Reports";
  run.add_flag("--stats{text}", statistics_,
               "prints what the machine counted, after the run, to standard error: tables, or JSON "
               "(emu/doc/statistics.md)")
      ->option_text("[=text|json]")
      ->group(kGroup);
  run.add_option("--stats-file", options_.statistics_file,
                 "writes the statistics to this file, as JSON unless --stats=text is given")
      ->option_text("=FILE")
      ->group(kGroup);
  run.add_option("--costs", costs_,
                 "prices what was counted with a cost table, in the statistics: a name of 'hop costs list', or a file "
                 "(emu/doc/costs.md); --stats follows from it. A report with --costs or a --tlb flag counts every "
                 "access to memory, which makes the run 3 to 25 times slower")
      ->option_text("=NAME|FILE")
      ->group(kGroup);
  run.add_flag("--strace", options_.trace_system_calls, "logs the program's system calls to standard error")
      ->disable_flag_override()
      ->group(kGroup);
  run.add_flag("-q,--quiet", options_.is_quiet, "no messages of the emulator and the guest's kernel")
      ->disable_flag_override()
      ->group(kGroup);
}

MaybeError RunParser::read_statistics() {
  if (statistics_ == "text") {
    options_.statistics = StatisticsForm::Text;
  } else if (statistics_ == "json" || (statistics_.empty() && !options_.statistics_file.empty())) {
    options_.statistics = StatisticsForm::Json;
  } else if (!statistics_.empty()) {
    return Error{fmt::format("--stats takes 'text' or 'json', not '{}'", statistics_)};
  }
  return std::nullopt;
}

MaybeError RunParser::read_costs() {
  if (!costs_.empty()) {
    Result<CostTable> table = load_cost_table(costs_);
    if (!table) return Error{table.error()};
    options_.costs = std::move(table.value());
    if (options_.statistics == StatisticsForm::None) options_.statistics = StatisticsForm::Text;
  }
  const bool has_report = options_.statistics != StatisticsForm::None;
  options_.models_memory = has_report && (options_.costs || variant_.is_given("tlb"));
  return std::nullopt;
}

MaybeError RunParser::read_machine() {
  if (!memory_.empty()) {
    const std::optional<uint64_t> size = parse_size(memory_);
    if (!size || *size < kSmallestMemory || *size > kLargestMemory || *size % kMemoryUnit != 0) {
      return Error{fmt::format("--memory takes a size from 16M to 64G that is a multiple of 2M, not '{}'", memory_)};
    }
    options_.memory = *size;
  }
  constexpr uint64_t kAny = std::numeric_limits<uint64_t>::max();
  if (MaybeError wrong = read_number("--limit", limit_, kAny, options_.limit)) return wrong;
  if (MaybeError wrong = read_number("--seed", seed_, kAny, options_.seed)) return wrong;
  constexpr uint64_t kWord = std::numeric_limits<uint32_t>::max();
  uint64_t quantum = options_.quantum, check = options_.check_interval;
  if (MaybeError wrong = read_number("--quantum", quantum_, kWord, quantum)) return wrong;
  if (MaybeError wrong = read_number("--check-kernel", check_, kWord, check)) return wrong;
  options_.quantum = static_cast<uint32_t>(quantum);
  options_.check_interval = static_cast<uint32_t>(check);
  if (MaybeError wrong = read_cpus()) return wrong;
  if (clock_ == "host") {
    options_.clock_seconds.reset();
  } else if (!clock_.empty()) {
    options_.clock_seconds = parse_number(clock_);
    if (!options_.clock_seconds || *options_.clock_seconds > std::numeric_limits<uint64_t>::max() / 2'000'000'000) {
      return Error{fmt::format("--clock takes 'host' or seconds since 1970, not '{}'", clock_)};
    }
  }
  return std::nullopt;
}

MaybeError RunParser::read_cpus() {
  constexpr uint32_t kLongestTurn = 1'000'000'000;
  const auto read = [](const char* option, const std::string& text, uint32_t most, uint32_t& value) -> MaybeError {
    if (text.empty()) return std::nullopt;
    const std::optional<uint64_t> number = parse_number(text);
    if (!number || *number == 0 || *number > most) {
      return Error{fmt::format("{} takes a number from 1 to {}, not '{}'", option, most, text)};
    }
    value = static_cast<uint32_t>(*number);
    return std::nullopt;
  };
  if (MaybeError wrong = read("--cpus", cpus_, asx::kMaximumCpus, options_.cpus)) return wrong;
  if (MaybeError wrong = read("--schedule-turn", turn_, kLongestTurn, options_.turn)) return wrong;
  return read_number("--schedule-seed", schedule_seed_, std::numeric_limits<uint64_t>::max(), options_.schedule_seed);
}

MaybeError RunParser::read_environment() {
  std::vector<std::string>& environment = options_.environment;
  environment = default_environment();
  for (const std::string& setting : environment_) {
    const size_t equals = setting.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return Error{fmt::format("--env takes NAME=VALUE, not '{}'", setting)};
    }
    const std::string name = setting.substr(0, equals + 1);
    std::erase_if(environment, [&](const std::string& other) { return other.starts_with(name); });
    environment.push_back(setting);
  }
  return std::nullopt;
}

MaybeError RunParser::read_commands(std::vector<std::string> rest) {
  constexpr char kNoProgram[] = "no PROGRAM to run; see 'hop run --help'";
  const auto mark = std::find(rest.begin(), rest.end(), kEndOfOptions);
  if (!rest.empty() && mark == rest.begin()) {
    rest.erase(mark);
  } else if (!rest.empty() && rest.front().size() > 1 && rest.front().starts_with('-')) {
    return Error{fmt::format("there is no option {}; see 'hop run --help'", rest.front())};
  } else if (mark != rest.end()) {
    *mark = "--";
  }
  if (rest.empty()) return Error{kNoProgram};
  options_.command_line = rest;
  if (!is_sequence_) {
    options_.commands.push_back(std::move(rest));
  } else {
    options_.commands.emplace_back();
    for (std::string& argument : rest) {
      if (argument == "--then") {
        options_.commands.emplace_back();
      } else {
        options_.commands.back().push_back(std::move(argument));
      }
    }
  }
  for (const std::vector<std::string>& command : options_.commands) {
    if (command.empty()) return Error{"--sequence: a program is missing before or after --then"};
    if (command.front().empty()) return Error{kNoProgram};
  }
  return std::nullopt;
}

void RunParser::declare(CLI::App& run) {
  declare_guest(run);
  declare_machine(run);
  declare_reports(run);
  variant_.declare(run);
}

void RunParser::hide_end_of_options(std::vector<std::string>& arguments) {
  const auto mark = std::find(arguments.begin(), arguments.end(), "--");
  if (mark != arguments.end()) *mark = kEndOfOptions;
}

Result<RunOptions> RunParser::read(std::vector<std::string> rest) {
  Result<asx::Variant> variant = variant_.read();
  if (!variant) return Error{variant.error()};
  options_.variant = variant.value();
  if (MaybeError wrong = read_statistics()) return std::move(*wrong);
  if (MaybeError wrong = read_costs()) return std::move(*wrong);
  if (MaybeError wrong = read_machine()) return std::move(*wrong);
  if (MaybeError wrong = read_environment()) return std::move(*wrong);
  if (MaybeError wrong = read_commands(std::move(rest))) return std::move(*wrong);
  return std::move(options_);
}

}  // namespace emu::cli
