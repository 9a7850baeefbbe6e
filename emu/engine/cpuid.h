// SPDX-License-Identifier: GPL-2.0-or-later
// What the CPUID instruction answers: only what the machine has, so that programs choose code that works here.
#pragma once
#include <cstdint>

#include "isa-ext/variant/variant.h"

namespace emu {

struct CpuidAnswer {
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
};

[[nodiscard]] CpuidAnswer cpuid(uint32_t leaf, uint32_t subleaf, const asx::Variant& variant);

}  // namespace emu
