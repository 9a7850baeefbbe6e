// SPDX-License-Identifier: GPL-2.0-or-later
// Lines for the kernel's log, and the clock.
#pragma once
#include <cstdint>

#include "userland/runtime/clock.h"
#include "userland/runtime/format.h"

namespace hop {

/// A line that is put together and then written at once, 40 characters a call. Longer lines of several threads may mix.
class LogLine : public Formatter {
 public:
  LogLine();
  /// Writes what has gathered and a newline.
  ~LogLine();
};

}  // namespace hop
