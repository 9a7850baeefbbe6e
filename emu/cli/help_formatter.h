// SPDX-License-Identifier: GPL-2.0-or-later
// How --help looks: usage first, options as "--name=VALUE", lines that fit a terminal.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

namespace emu::cli {

class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter();
  [[nodiscard]] std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
  [[nodiscard]] std::string make_option_name(const CLI::Option* option, bool is_positional) const override;
  [[nodiscard]] std::string make_option_opts(const CLI::Option* option) const override;
  [[nodiscard]] std::string make_option_desc(const CLI::Option* option) const override;
  [[nodiscard]] std::string make_subcommand(const CLI::App* command) const override;
};

}  // namespace emu::cli
