// SPDX-License-Identifier: GPL-2.0-or-later
// names: finds a service's gate by its name. Reached through the selector kNamesGate.
#pragma once
#include <cstdint>

namespace hop::names {

/// RAX. The name (at most 24 bytes, NUL-padded) is in RDI, RSI, RDX. Gates travel in transfer slot 0.
enum class Operation : uint64_t {
  Register = 0,  ///< the gate in transfer slot 0 is called so from now on; Exists
  Lookup = 1,    ///< puts the gate into transfer slot 0; NotFound
  Wait = 2,      ///< as Lookup, but waits until somebody registers it; TryAgain if too many wait already
};

}  // namespace hop::names
