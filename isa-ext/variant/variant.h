// SPDX-License-Identifier: GPL-2.0-or-later
// The choices an experimenter can make, resolved. The table behind it is variants.def.
#pragma once
#include <cstdint>

#include "isa-ext/abi/address.h"

namespace asx {

struct Variant {
#define ASX_VARIANT(field, flag, default_value, minimum, maximum, section, help) uint32_t field = default_value;
#include "isa-ext/variant/variants.def"
#undef ASX_VARIANT
  friend bool operator==(const Variant&, const Variant&) = default;
};

}  // namespace asx
