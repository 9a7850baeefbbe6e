// SPDX-License-Identifier: GPL-2.0-or-later
// The choices an experimenter can make, resolved. The table behind it is variants.def.
#pragma once
#include <cstdint>

#include "isa-ext/abi/address.h"

namespace asx {

struct Variant {
  uint32_t selector_bits = kDefaultSelectorBits;  ///< --selector-bits
  uint32_t frames = 120;                          ///< --frames: depth of the secure stack (frames a thread gets)
  uint32_t reserve = 8;                           ///< --reserve: frames of those that only events may use
};

}  // namespace asx
