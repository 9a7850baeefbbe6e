// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/image/commands.h"

#include <cassert>

namespace emu {
namespace {

void append(Bytes& module, const std::string& text) {
  assert(text.find('\0') == std::string::npos);
  const auto* bytes = reinterpret_cast<const std::byte*>(text.c_str());
  module.insert(module.end(), bytes, bytes + text.size() + 1);
}

void append(Bytes& module, const std::vector<std::string>& list) {
  append(module, std::to_string(list.size()));
  for (const std::string& text : list) append(module, text);
}

}  // namespace

Bytes write_commands(const std::vector<Command>& commands) {
  Bytes module;
  for (const Command& command : commands) {
    append(module, command.directory);
    append(module, command.arguments);
    append(module, command.environment);
    append(module, command.file);
  }
  return module;
}

}  // namespace emu
