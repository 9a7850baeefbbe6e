// SPDX-License-Identifier: GPL-2.0-or-later
// The loader: from a boot image to the state that isa-ext/abi/boot.h promises.
#pragma once
#include "emu/machine/options.h"
#include "emu/machine/processors.h"
#include "emu/platform/guest_memory.h"

namespace emu {

/// Fills RAM, which must be all zero, and sets the CPUs to the kernel's entry point.
[[nodiscard]] MaybeError boot(const BootImage& image, const MachineOptions& options, const GuestMemory& memory,
                              Processors& processors);

}  // namespace emu
