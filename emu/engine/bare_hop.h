// SPDX-License-Identifier: GPL-2.0-or-later
// The lower bound of a hop on this engine, with nothing of the extension: an undefined instruction, its hook, a TLB
// flush, the refill of the code page. Host times are told in units of it.
#pragma once
#include <cstdint>

#include "emu/platform/result.h"

namespace emu {

/// Nanoseconds of the host for one, on the average of so many. An error is a sentence: the engine refuses something.
[[nodiscard]] Result<double> measure_bare_hop(uint64_t hops);

}  // namespace emu
