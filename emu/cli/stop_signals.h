// SPDX-License-Identifier: GPL-2.0-or-later
// Ctrl-C and its kin end the machine, not the emulator, so that the report still comes.
#pragma once
#include "emu/machine/machine.h"

namespace emu::cli {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP stops the machine; the second one of a kind ends the process.
/// One at a time.
class StopSignals {
 public:
  explicit StopSignals(Machine& machine);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// The first signal that came, or 0.
  [[nodiscard]] int received() const;
};

}  // namespace emu::cli
