// SPDX-License-Identifier: GPL-2.0-or-later
// The end of the machine.
#pragma once
#include <cstdint>

namespace kernel {

/// Ends the machine with an exit status (0-255).
[[noreturn]] void power_off(uint32_t status);

constexpr uint32_t kPanicStatus = 71;

}  // namespace kernel
