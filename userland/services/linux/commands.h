// SPDX-License-Identifier: GPL-2.0-or-later
// The boot module "commands": what to run, one after the other (format: isa-ext/abi/boot.h).
#pragma once
#include <cstdint>

#include "userland/services/linux/start_stack.h"

namespace hop::personality {

struct Command {
  const char* directory = "/";
  StringList arguments, environment;
  const char* file = "";  ///< the guest file that is run
};

class CommandReader {
 public:
  CommandReader(const char* module, uint64_t bytes) : module_(module), bytes_(bytes) {}

  /// Reads the next command. False at the end of the module, or if the rest of it is cut short.
  [[nodiscard]] bool next(Command& command);
  /// True if what is left is no whole command.
  [[nodiscard]] bool is_damaged() const { return is_damaged_; }

 private:
  [[nodiscard]] const char* string();
  [[nodiscard]] bool list(StringList& list);

  const char* module_;
  uint64_t bytes_, place_ = 0;
  bool is_damaged_ = false;
};

}  // namespace hop::personality
