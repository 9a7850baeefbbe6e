// SPDX-License-Identifier: GPL-2.0-or-later
// The event mask: one bit an interrupt line.
#pragma once
#include "isa-ext/model/machine.h"

namespace asx {

constexpr uint64_t kEventMaskBits = (uint64_t{1} << kInterruptLines) - 1;

/// Part of a commit. The engine hears of it only if something changed: gates and returns set the mask every time.
inline void set_event_mask(Machine& machine, uint64_t mask) {
  mask &= kEventMaskBits;
  const bool changed = (machine.cpu.event_mask & kEventMaskBits) != mask;
  machine.cpu.event_mask = mask;
  if (changed) machine.engine.timer_changed();
}

}  // namespace asx
