// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel has to know of the machine's variant (asx::VariantBit); read once, at start-up.
#pragma once
#include <cstdint>

#include "isa-ext/abi/system_register.h"

namespace kernel {

inline constinit uint32_t machine_variant = 0;

[[nodiscard]] inline bool is_variant(asx::VariantBit bit) {
  return (machine_variant & bit) != 0;
}

}  // namespace kernel
