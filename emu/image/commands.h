// SPDX-License-Identifier: GPL-2.0-or-later
// The boot module "commands" (isa-ext/abi/boot.h).
#pragma once
#include <string>
#include <vector>

#include "emu/image/host_file.h"

namespace emu {

/// One program to run. No string may contain a NUL.
struct Command {
  std::string directory;  ///< absolute path in the guest
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  std::string file;  ///< absolute path in the guest
};

[[nodiscard]] Bytes write_commands(const std::vector<Command>& commands);

}  // namespace emu
