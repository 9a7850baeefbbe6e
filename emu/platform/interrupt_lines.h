// SPDX-License-Identifier: GPL-2.0-or-later
// The wires from devices to the CPU. A line is level-triggered: it asks as long as its device holds it up.
#pragma once
#include <cassert>
#include <cstdint>

#include "isa-ext/abi/event.h"

namespace emu {

class InterruptLines {
 public:
  void set(uint32_t line, bool asks) {
    assert(line < asx::kInterruptLines && line != asx::kTimerLine);  // the timer's line belongs to the CPU
    const uint64_t bit = uint64_t{1} << line;
    asking_ = asks ? asking_ | bit : asking_ & ~bit;
  }
  /// Bit n: line n asks.
  [[nodiscard]] uint64_t asking() const { return asking_; }

 private:
  uint64_t asking_ = 0;
};

}  // namespace emu
