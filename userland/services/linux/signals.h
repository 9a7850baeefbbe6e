// SPDX-License-Identifier: GPL-2.0-or-later
// A task's signal state, and the default actions (signal(7)).
#pragma once
#include <cstdint>

#include "userland/services/linux/abi/signal.h"

namespace hop::personality {

struct Task;

enum class DefaultAction : uint8_t { Terminate, Ignore };

struct SignalState {
  SignalAction actions[kSignalCount + 1] = {};  ///< by number; 0 unused
  uint64_t blocked = 0, pending = 0;
  SignalStack alternate = {0, kStackDisabled, 0, 0};
};

[[nodiscard]] DefaultAction default_action(uint32_t signal);

/// A signal the task sends itself, or that it causes. Ends the task (and does not return) if its action is to end it.
void raise_signal(Task& task, uint32_t signal);

/// Acts on signals that are pending and no longer blocked.
void deliver_pending(Task& task);

}  // namespace hop::personality
