// SPDX-License-Identifier: GPL-2.0-or-later
// Which general registers cross a gate, by --save (manual 7.6). Vector and x87 registers always cross, both ways.
#pragma once
#include <bit>
#include <cstdint>

#include "isa-ext/abi/structures.h"
#include "isa-ext/variant/variant.h"

namespace asx {

/// Bit n: general register n in encoding order.
using RegisterSet = uint16_t;

/// Calls action(number) for each of them.
template <typename Action>
constexpr void for_each(RegisterSet set, Action action) {
  for (uint32_t left = set; left != 0; left &= left - 1) action(static_cast<unsigned>(std::countr_zero(left)));
}

constexpr RegisterSet kAllRegisters = 0xffff;
constexpr RegisterSet kStackPointer = 1u << kRsp;
constexpr RegisterSet kCalleeSaved = 1u << kRbx | 1u << kRbp | 1u << kR12 | 1u << kR13 | 1u << kR14 | 1u << kR15;
constexpr RegisterSet kResults = 1u << kRax | 1u << kRdx;

/// What a gate call and its return do with the registers. RSP is kept and restored in any case, and the gate's to give.
struct Crossing {
  RegisterSet kept;      ///< by the frame
  RegisterSet cleared;   ///< for the callee
  RegisterSet restored;  ///< by gret
};

[[nodiscard]] constexpr Crossing crossing(Save save) {
  switch (save) {
    case Save::Callee:
      return {kCalleeSaved | kStackPointer, kCalleeSaved, kCalleeSaved | kStackPointer};
    case Save::All:
      return {kAllRegisters, static_cast<RegisterSet>(kCalleeSaved | 1u << kRcx),
              static_cast<RegisterSet>(kAllRegisters & ~kResults)};
    case Save::None:
      break;
  }
  return {kStackPointer, 0, kStackPointer};
}

}  // namespace asx
