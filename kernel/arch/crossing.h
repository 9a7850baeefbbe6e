// SPDX-License-Identifier: GPL-2.0-or-later
// Which general registers cross a gate (manual 7.6, --save). Bit n: register n in encoding order.
#pragma once
#include <cstdint>

#include "isa-ext/abi/structures.h"
#include "isa-ext/abi/system_register.h"
#include "kernel/arch/variant.h"

namespace kernel {

using RegisterSet = uint32_t;

constexpr RegisterSet kStackPointerSet = 1u << asx::kRsp;
constexpr RegisterSet kCalleeSavedSet =
    1u << asx::kRbx | 1u << asx::kRbp | 1u << asx::kR12 | 1u << asx::kR13 | 1u << asx::kR14 | 1u << asx::kR15;
constexpr RegisterSet kResultSet = 1u << asx::kRax | 1u << asx::kRdx;

/// What a call's return restores from the frame.
[[nodiscard]] inline RegisterSet restored_by_return() {
  if (is_variant(asx::kVariantSavesNone)) return kStackPointerSet;
  return is_variant(asx::kVariantSavesAll) ? ~kResultSet : kCalleeSavedSet | kStackPointerSet;
}

/// What is zero for the callee.
[[nodiscard]] inline RegisterSet cleared_by_call() {
  if (is_variant(asx::kVariantSavesNone)) return 0;
  return is_variant(asx::kVariantSavesAll) ? kCalleeSavedSet | 1u << asx::kRcx : kCalleeSavedSet;
}

}  // namespace kernel
