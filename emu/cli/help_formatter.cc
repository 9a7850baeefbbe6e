// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/cli/help_formatter.h"

#include <sstream>

namespace emu::cli {
namespace {

constexpr size_t kColumn = 30;
constexpr size_t kDescriptionWidth = 60;

std::string wrapped(const std::string& text) {
  std::string lines;
  size_t width = 0;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (width != 0 && width + 1 + word.size() > kDescriptionWidth) {
      lines += '\n';
      width = 0;
    } else if (width != 0) {
      lines += ' ';
      ++width;
    }
    lines += word;
    width += word.size();
  }
  return lines;
}

}  // namespace

HelpFormatter::HelpFormatter() {
  column_width(kColumn);
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  std::string text = make_usage(app, std::move(name)) + "\n" + make_description(app) + make_groups(app, mode) +
                     make_subcommands(app, mode) + make_footer(app);
  for (size_t place = 0; (place = text.find("\n\n\n", place)) != std::string::npos;) text.erase(place, 1);
  return text;
}

std::string HelpFormatter::make_option_name(const CLI::Option* option, bool is_positional) const {
  std::string name = CLI::Formatter::make_option_name(option, is_positional);
  // Flags with a default value are named "--flag{value}" there.
  return name.substr(0, name.find('{'));
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  return option->get_option_text();
}

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
  return wrapped(option->get_description());
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  const std::string description = command->get_description();
  std::ostringstream line;
  CLI::detail::format_help(line, command->get_name(), description.substr(0, description.find('\n')), kColumn);
  return line.str();
}

}  // namespace emu::cli
