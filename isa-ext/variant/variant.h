// SPDX-License-Identifier: GPL-2.0-or-later
// The choices an experimenter can make, resolved. The table behind it is variants.def.
#pragma once
#include <cstdint>

#include "isa-ext/abi/address.h"

namespace asx {

#define ASX_NUMBER(...)
#define ASX_CHOICE(field, flag, Enumeration, section, help, texts, ...) \
  enum class Enumeration : uint32_t { __VA_ARGS__ };
#define ASX_CONFLICT(...)
#include "isa-ext/variant/variants.def"
#undef ASX_NUMBER
#undef ASX_CHOICE

struct Variant {
#define ASX_NUMBER(field, flag, default_value, ...) uint32_t field = default_value;
#define ASX_CHOICE(field, flag, Enumeration, ...) Enumeration field{};
#include "isa-ext/variant/variants.def"
#undef ASX_NUMBER
#undef ASX_CHOICE
#undef ASX_CONFLICT
  friend bool operator==(const Variant&, const Variant&) = default;
};

}  // namespace asx
