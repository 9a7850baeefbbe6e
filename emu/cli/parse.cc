// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <limits>
#include <memory>

#include "emu/cli/help.h"
#include "emu/cli/help_formatter.h"
#include "emu/cli/options.h"
#include "isa-ext/variant/parse.h"

namespace emu::cli {
namespace {

constexpr uint64_t kSmallestMemory = uint64_t{16} << 20;
constexpr uint64_t kLargestMemory = uint64_t{64} << 30;  ///< devices begin there
constexpr uint64_t kMemoryUnit = uint64_t{2} << 20;

std::optional<uint64_t> parse_number(const std::string& text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The options as text, before they are understood.
struct RawRun {
  RunOptions options;
  std::string statistics, memory, clock, limit, seed, quantum;
  std::vector<std::string> environment;
  bool is_sequence = false;
};

/// Stands for the first "--" while CLI11 looks at the arguments: it would end the subcommand there.
const std::string kEndOfOptions("--\0", 3);

CLI::Option* add_repeatable(CLI::App& command, const char* name, std::vector<std::string>& values,
                            const char* description) {
  return command.add_option(name, values, description)->allow_extra_args(false)->take_all();
}

/// What all commands have in common.
void set_up(CLI::App& command, const std::string& usage) {
  command.usage("Usage: " + usage);
  command.set_help_flag("-h,--help", "this text");
  command.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

CLI::App& add_command(CLI::App& parent, const char* name, const char* description, const std::string& usage) {
  CLI::App& command = *parent.add_subcommand(name, description);
  set_up(command, usage);
  return command;
}

/// The texts given for variant flags, in the order of the table.
using VariantTexts = std::vector<std::string>;

void add_variant_flags(CLI::App& command, VariantTexts& texts) {
  const auto flags = asx::variant_flags();
  texts.resize(flags.size());
  for (size_t i = 0; i < flags.size(); ++i) {
    const asx::VariantFlag& flag = flags[i];
    command
        .add_option("--" + std::string(flag.name), texts[i],
                    fmt::format("{} ({} to {}, default {}; manual {})", flag.help, flag.minimum, flag.maximum,
                                flag.default_value, flag.section))
        ->option_text("=N")
        ->group("Variant of the machine");
  }
}

Result<asx::Variant> read_variant(const VariantTexts& texts) {
  asx::Variant variant;
  const auto flags = asx::variant_flags();
  for (size_t i = 0; i < flags.size(); ++i) {
    if (texts[i].empty()) continue;
    if (auto wrong = asx::set_flag(variant, flags[i].name, texts[i])) return Error{std::move(*wrong)};
  }
  if (auto wrong = asx::validate(variant)) return Error{std::move(*wrong)};
  return variant;
}

void add_file_options(CLI::App& run, RawRun& raw) {
  constexpr char kGroup[] = "The guest";
  run.add_option("--root", raw.options.root,
                 "the guest's root is a copy of this directory; changes to the copy are lost at the end")
      ->option_text("=DIR")
      ->group(kGroup);
  add_repeatable(run, "--env", raw.environment,
                 "sets a variable of the guest's environment; may be given several times")
      ->option_text("=NAME=VALUE")
      ->group(kGroup);
  run.add_flag("--sequence", raw.is_sequence,
               "ARGS hold several programs with their arguments, separated by an argument --then; they run one after "
               "another in one boot, and the last one's exit status counts")
      ->disable_flag_override()
      ->group(kGroup);
}

void add_machine_options(CLI::App& run, RawRun& raw) {
  constexpr char kGroup[] = "The machine";
  run.add_option("--memory", raw.memory, "RAM, with suffix K, M or G (default 1G)")
      ->option_text("=SIZE")
      ->group(kGroup);
  run.add_option("--limit", raw.limit, "ends the run after so many instructions, with exit status 124")
      ->option_text("=INSTRUCTIONS")
      ->group(kGroup);
  run.add_option("--clock", raw.clock,
                 "where the guest's calendar starts: seconds since 1970, or 'host' for now (default 1767225600, which "
                 "is 2026-01-01, so that runs repeat)")
      ->option_text("=host|SECONDS")
      ->group(kGroup);
  run.add_flag("--realtime", raw.options.is_realtime,
               "ties the guest's time to the host's, instead of one nanosecond an instruction; runs then differ")
      ->disable_flag_override()
      ->group(kGroup);
  run.add_option("--seed", raw.seed, "start of the guest's random numbers (default 0)")
      ->option_text("=N")
      ->group(kGroup);
  run.add_option("--quantum,--preempt-every", raw.quantum,
                 "instructions a thread runs before it is the next one's turn (default: the kernel's choice)")
      ->option_text("=TICKS")
      ->group(kGroup);
  run.add_option("--kernel", raw.options.kernel_file, "boots this kernel instead of the built-in one")
      ->option_text("=FILE")
      ->group(kGroup);
  add_repeatable(run, "--service", raw.options.service_files,
                 "replaces the built-in service of the file's name (names, console, files or linux, with or without "
                 ".elf); may be given several times")
      ->option_text("=FILE")
      ->group(kGroup);
}

void add_report_options(CLI::App& run, RawRun& raw) {
  constexpr char kGroup[] = "Reports";
  run.add_flag("--stats{text}", raw.statistics,
               "prints what the machine counted, after the run, to standard error: tables, or JSON "
               "(emu/doc/statistics.md)")
      ->option_text("[=text|json]")
      ->group(kGroup);
  run.add_option("--stats-file", raw.options.statistics_file,
                 "writes the statistics to this file, as JSON unless --stats=text is given")
      ->option_text("=FILE")
      ->group(kGroup);
  run.add_flag("--strace", raw.options.trace_system_calls, "logs the program's system calls to standard error")
      ->disable_flag_override()
      ->group(kGroup);
  run.add_flag("-q,--quiet", raw.options.is_quiet, "no messages of the emulator and the guest's kernel")
      ->disable_flag_override()
      ->group(kGroup);
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

MaybeError read_statistics_options(RawRun& raw) {
  RunOptions& options = raw.options;
  if (raw.statistics == "text") {
    options.statistics = StatisticsForm::Text;
  } else if (raw.statistics == "json" || (raw.statistics.empty() && !options.statistics_file.empty())) {
    options.statistics = StatisticsForm::Json;
  } else if (!raw.statistics.empty()) {
    return Error{fmt::format("--stats takes 'text' or 'json', not '{}'", raw.statistics)};
  }
  return std::nullopt;
}

MaybeError read_machine_options(RawRun& raw) {
  RunOptions& options = raw.options;
  if (!raw.memory.empty()) {
    const std::optional<uint64_t> size = parse_size(raw.memory);
    if (!size || *size < kSmallestMemory || *size > kLargestMemory || *size % kMemoryUnit != 0) {
      return Error{fmt::format("--memory takes a size from 16M to 64G that is a multiple of 2M, not '{}'", raw.memory)};
    }
    options.memory = *size;
  }
  constexpr uint64_t kAny = std::numeric_limits<uint64_t>::max();
  if (MaybeError wrong = read_number("--limit", raw.limit, kAny, options.limit)) return wrong;
  if (MaybeError wrong = read_number("--seed", raw.seed, kAny, options.seed)) return wrong;
  uint64_t quantum = options.quantum;
  if (MaybeError wrong = read_number("--quantum", raw.quantum, std::numeric_limits<uint32_t>::max(), quantum)) {
    return wrong;
  }
  options.quantum = static_cast<uint32_t>(quantum);
  if (raw.clock == "host") {
    options.clock_seconds.reset();
  } else if (!raw.clock.empty()) {
    options.clock_seconds = parse_number(raw.clock);
    if (!options.clock_seconds || *options.clock_seconds > std::numeric_limits<uint64_t>::max() / 2'000'000'000) {
      return Error{fmt::format("--clock takes 'host' or seconds since 1970, not '{}'", raw.clock)};
    }
  }
  return std::nullopt;
}

MaybeError read_environment(RawRun& raw) {
  std::vector<std::string>& environment = raw.options.environment;
  environment = default_environment();
  for (const std::string& setting : raw.environment) {
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

MaybeError read_commands(RawRun& raw, std::vector<std::string> rest) {
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
  raw.options.command_line = rest;
  if (!raw.is_sequence) {
    raw.options.commands.push_back(std::move(rest));
  } else {
    raw.options.commands.emplace_back();
    for (std::string& argument : rest) {
      if (argument == "--then") {
        raw.options.commands.emplace_back();
      } else {
        raw.options.commands.back().push_back(std::move(argument));
      }
    }
  }
  for (const std::vector<std::string>& command : raw.options.commands) {
    if (command.empty()) return Error{"--sequence: a program is missing before or after --then"};
    if (command.front().empty()) return Error{kNoProgram};
  }
  return std::nullopt;
}

/// CLI11 has no sentence that names a command it does not know.
MaybeError check_command(const CLI::App& app, const std::vector<std::string>& arguments, size_t place,
                         const std::string& name) {
  if (place >= arguments.size()) return Error{fmt::format("no command; see '{} --help'", name)};
  const std::string& word = arguments[place];
  if (word.starts_with('-')) return std::nullopt;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == word) return std::nullopt;
  }
  return Error{fmt::format("there is no command '{}'; see '{} --help'", word, name)};
}

Result<Invocation> finish_run(RawRun& raw, const VariantTexts& texts, std::vector<std::string> rest) {
  Result<asx::Variant> variant = read_variant(texts);
  if (!variant) return Error{variant.error()};
  raw.options.variant = variant.value();
  if (MaybeError wrong = read_statistics_options(raw)) return std::move(*wrong);
  if (MaybeError wrong = read_machine_options(raw)) return std::move(*wrong);
  if (MaybeError wrong = read_environment(raw)) return std::move(*wrong);
  if (MaybeError wrong = read_commands(raw, std::move(rest))) return std::move(*wrong);
  return Invocation{std::move(raw.options)};
}

}  // namespace

const std::vector<std::string>& default_environment() {
  static const std::vector<std::string> environment = {
      "HOME=/", "LANG=C", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"};
  return environment;
}

std::optional<uint64_t> parse_size(const std::string& text) {
  constexpr std::string_view kSuffixes = "KMG";
  if (text.empty()) return std::nullopt;
  unsigned shift = 0;
  std::string digits = text;
  if (const size_t suffix = kSuffixes.find(text.back()); suffix != std::string_view::npos) {
    shift = 10 * (static_cast<unsigned>(suffix) + 1);
    digits.pop_back();
  }
  const std::optional<uint64_t> number = parse_number(digits);
  if (!number || *number > std::numeric_limits<uint64_t>::max() >> shift) return std::nullopt;
  return *number << shift;
}

Result<Invocation> parse(std::vector<std::string> arguments, const std::function<std::string()>& version) {
  CLI::App app(kProgramDescription, "hop");
  set_up(app, "hop COMMAND [OPTIONS] [ARGS...]");
  app.formatter(std::make_shared<HelpFormatter>());
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", version, "what this is, and the engine below it");

  RawRun raw;
  VariantTexts run_texts;
  CLI::App& run = add_command(app, "run", kRunDescription, "hop run [OPTIONS] PROGRAM [ARGS...]");
  run.footer(kRunFooter);
  run.prefix_command();
  add_file_options(run, raw);
  add_machine_options(run, raw);
  add_report_options(run, raw);
  add_variant_flags(run, run_texts);

  VariantOptions variant_options;
  VariantTexts show_texts, check_texts;
  CLI::App& variant =
      add_command(app, "variant", "The variants of the machine that can be chosen.", "hop variant list|show|check");
  variant.require_subcommand(0, 1);
  const CLI::App& list =
      add_command(variant, "list", "All variant flags with their values, defaults and meaning.", "hop variant list");
  CLI::App& show =
      add_command(variant, "show", "The whole variant that some flags make, on one line.", "hop variant show [FLAGS]");
  CLI::App& check =
      add_command(variant, "check", "Says whether flags make a variant: exit status 0, or 2 and the reason.",
                  "hop variant check [FLAGS]");
  add_variant_flags(show, show_texts);
  add_variant_flags(check, check_texts);

  IsaOptions isa_options;
  bool wants_markdown = false, wants_json = false, wants_gas = false;
  CLI::App& isa =
      add_command(app, "isa", "The instructions that the machine adds to x86-64.", "hop isa [--markdown|--json|--gas]");
  isa.add_flag("--markdown", wants_markdown, "as a Markdown table");
  isa.add_flag("--json", wants_json, "as JSON")->excludes("--markdown");
  isa.add_flag("--gas", wants_gas, "as macros for the GNU assembler")->excludes("--markdown")->excludes("--json");

  DisassembleOptions disassemble_options;
  CLI::App& disassemble = add_command(app, "dis", "Disassembles a program, ASX instructions included.", "hop dis FILE");
  disassemble.add_option("FILE", disassemble_options.file, "an x86-64 ELF file")->required();
  app.footer(kProgramFooter);

  if (MaybeError wrong = check_command(app, arguments, 0, "hop")) return std::move(*wrong);
  if (arguments[0] == "variant") {
    if (MaybeError wrong = check_command(variant, arguments, 1, "hop variant")) return std::move(*wrong);
  }
  if (arguments[0] == "run") {
    const auto mark = std::find(arguments.begin(), arguments.end(), "--");
    if (mark != arguments.end()) *mark = kEndOfOptions;
  }
  try {
    std::reverse(arguments.begin(), arguments.end());
    app.parse(std::move(arguments));
  } catch (const CLI::CallForVersion& version_text) {
    return Invocation{Information{std::string(version_text.what()) + "\n"}};
  } catch (const CLI::CallForHelp&) {
    const CLI::App* asked = &app;
    while (!asked->get_subcommands().empty()) asked = asked->get_subcommands().front();
    return Invocation{Information{asked->help()}};
  } catch (const CLI::ParseError& wrong) {
    const std::string command = app.get_subcommands().empty() ? "" : app.get_subcommands().front()->get_name() + " ";
    return Error{fmt::format("{}; see 'hop {}--help'", wrong.what(), command)};
  }

  if (run.parsed()) return finish_run(raw, run_texts, run.remaining());
  if (variant.parsed()) {
    variant_options.action = list.parsed()   ? VariantOptions::Action::List
                             : show.parsed() ? VariantOptions::Action::Show
                                             : VariantOptions::Action::Check;
    if (!list.parsed()) {
      Result<asx::Variant> read = read_variant(show.parsed() ? show_texts : check_texts);
      if (!read) return Error{read.error()};
      variant_options.variant = read.value();
    }
    return Invocation{variant_options};
  }
  if (isa.parsed()) {
    isa_options.form = wants_markdown ? IsaOptions::Form::Markdown
                       : wants_json   ? IsaOptions::Form::Json
                       : wants_gas    ? IsaOptions::Form::Gas
                                      : IsaOptions::Form::Text;
    return Invocation{isa_options};
  }
  return Invocation{disassemble_options};
}

}  // namespace emu::cli
