// SPDX-License-Identifier: GPL-2.0-or-later
// What differs between Unicorn versions and is written down nowhere is found out at start-up, in a small engine of
// its own; an engine that behaves in no known way is refused.
#pragma once
#include <unicorn/unicorn.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "emu/platform/result.h"

namespace emu {

struct UnicornTraits {
  unsigned major = 0, minor = 0, patch = 0;
  /// Where a saved context keeps the number of the exception in flight (int32, -1 = none). The engine never clears
  /// it, so without our help the second exception would become a double fault and the third stop the engine.
  size_t pending_exception = 0;
  /// Where it keeps the error code of the last exception.
  std::optional<size_t> error_code;
  /// What the engine adds to an RIP that is written in the SYSCALL hook.
  int64_t system_call_bias = 0;
};

[[nodiscard]] Result<UnicornTraits> examine_unicorn();

}  // namespace emu
