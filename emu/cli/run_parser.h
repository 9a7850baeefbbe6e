// SPDX-License-Identifier: GPL-2.0-or-later
// The command line of hop run.
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "emu/cli/options.h"
#include "emu/cli/variant_parser.h"
#include "emu/platform/result.h"

namespace emu::cli {

class RunParser {
 public:
  /// Adds the options. This object must outlive the parsing.
  void declare(CLI::App& run);
  /// Stands for the first "--" while CLI11 looks at the arguments: it would end the subcommand there.
  static void hide_end_of_options(std::vector<std::string>& arguments);
  /// After the parsing. `rest`: what is no option, from PROGRAM on.
  [[nodiscard]] Result<RunOptions> read(std::vector<std::string> rest);

 private:
  void declare_guest(CLI::App& run);
  void declare_machine(CLI::App& run);
  void declare_reports(CLI::App& run);
  [[nodiscard]] MaybeError read_statistics();
  [[nodiscard]] MaybeError read_costs();
  [[nodiscard]] MaybeError read_machine();
  [[nodiscard]] MaybeError read_cpus();
  [[nodiscard]] MaybeError read_environment();
  [[nodiscard]] MaybeError read_commands(std::vector<std::string> rest);

  RunOptions options_;
  // as text, before they are understood
  std::string statistics_, costs_, memory_, clock_, limit_, seed_, quantum_, check_, cpus_, schedule_seed_, turn_;
  std::vector<std::string> environment_;
  bool is_sequence_ = false;
  VariantParser variant_;
};

}  // namespace emu::cli
