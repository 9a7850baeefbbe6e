// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "emu/cli/help.h"
#include "emu/cli/help_formatter.h"
#include "emu/cli/options.h"
#include "emu/cli/run_parser.h"
#include "emu/cli/variant_parser.h"

namespace emu::cli {
namespace {

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

}  // namespace

Result<Invocation> parse(std::vector<std::string> arguments, const std::function<std::string()>& version) {
  CLI::App app(kProgramDescription, "hop");
  set_up(app, "hop COMMAND [OPTIONS] [ARGS...]");
  app.formatter(std::make_shared<HelpFormatter>());
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", version, "what this is, and the engine below it");

  RunParser run_parser;
  CLI::App& run = add_command(app, "run", kRunDescription, "hop run [OPTIONS] PROGRAM [ARGS...]");
  run.footer(kRunFooter);
  run.prefix_command();
  run_parser.declare(run);

  VariantOptions variant_options;
  VariantParser show_parser, check_parser;
  CLI::App& variant =
      add_command(app, "variant", "The variants of the machine that can be chosen.", "hop variant list|show|check");
  variant.require_subcommand(0, 1);
  CLI::App& list =
      add_command(variant, "list", "All variant flags with their values, defaults and meaning.", "hop variant list");
  CLI::App& show =
      add_command(variant, "show", "The whole variant that some flags make, on one line.", "hop variant show [FLAGS]");
  CLI::App& check =
      add_command(variant, "check", "Says whether flags make a variant: exit status 0, or 2 and the reason.",
                  "hop variant check [FLAGS]");
  show_parser.declare(show);
  check_parser.declare(check);

  CostsOptions costs_options;
  CLI::App& costs = add_command(app, "costs", "The cost tables of hop run --costs.", "hop costs list|show|counters");
  costs.require_subcommand(0, 1);
  add_command(costs, "list", "The tables that come with hop.", "hop costs list");
  CLI::App& show_table =
      add_command(costs, "show", "A table as a file: every price with its source. A good start for one's own.",
                  "hop costs show NAME|FILE");
  show_table.add_option("NAME", costs_options.table, "a name of 'hop costs list', or a file to check")->required();
  CLI::App& counters = add_command(costs, "counters", "What a table has to give prices to.", "hop costs counters");

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

  LabOptions lab_options;
  CLI::App& lab = add_command(app, "lab", kLabDescription, "hop lab [NAME] [--json]");
  lab.footer(kLabFooter);
  CLI::Option* lab_name = lab.add_option("NAME", lab_options.name, "which one; without it they are listed");
  lab.add_flag("--json", lab_options.is_json,
               "the tables as one JSON object (emu/doc/labs.md) whose last member is \"pass\"")
      ->needs(lab_name);
  app.footer(kProgramFooter);

  if (MaybeError wrong = check_command(app, arguments, 0, "hop")) return std::move(*wrong);
  if (arguments[0] == "variant") {
    if (MaybeError wrong = check_command(variant, arguments, 1, "hop variant")) return std::move(*wrong);
  }
  if (arguments[0] == "costs") {
    if (MaybeError wrong = check_command(costs, arguments, 1, "hop costs")) return std::move(*wrong);
  }
  if (arguments[0] == "run") RunParser::hide_end_of_options(arguments);
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

  if (run.parsed()) {
    Result<RunOptions> options = run_parser.read(run.remaining());
    if (!options) return Error{options.error()};
    return Invocation{std::move(options.value())};
  }
  if (variant.parsed()) {
    variant_options.action = list.parsed()   ? VariantOptions::Action::List
                             : show.parsed() ? VariantOptions::Action::Show
                                             : VariantOptions::Action::Check;
    if (!list.parsed()) {
      Result<asx::Variant> read = (show.parsed() ? show_parser : check_parser).read();
      if (!read) return Error{read.error()};
      variant_options.variant = read.value();
    }
    return Invocation{variant_options};
  }
  if (costs.parsed()) {
    costs_options.action = show_table.parsed() ? CostsOptions::Action::Show
                           : counters.parsed() ? CostsOptions::Action::Counters
                                               : CostsOptions::Action::List;
    return Invocation{costs_options};
  }
  if (isa.parsed()) {
    isa_options.form = wants_markdown ? IsaOptions::Form::Markdown
                       : wants_json   ? IsaOptions::Form::Json
                       : wants_gas    ? IsaOptions::Form::Gas
                                      : IsaOptions::Form::Text;
    return Invocation{isa_options};
  }
  if (lab.parsed()) return Invocation{lab_options};
  return Invocation{disassemble_options};
}

}  // namespace emu::cli
