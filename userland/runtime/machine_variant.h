// SPDX-License-Identifier: GPL-2.0-or-later
// What a program has to know of the machine's variant; set before anything else runs.
#pragma once
#include <cstdint>

#include "isa-ext/abi/system_register.h"

namespace hop {

extern uint32_t machine_variant;  ///< asx::VariantBit

[[nodiscard]] inline bool is_variant(asx::VariantBit bit) {
  return (machine_variant & bit) != 0;
}

}  // namespace hop
