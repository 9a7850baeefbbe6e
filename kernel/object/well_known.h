// SPDX-License-Identifier: GPL-2.0-or-later
// The two gates that the kernel itself gives to services: its own, and that of the names service.
#pragma once
#include "kernel/object/event_source.h"
#include "kernel/object/gate_table.h"

namespace kernel {

struct WellKnown {
  GateName kernel_gate;
  uint32_t no_stack = 0;     ///< an empty stack space: of threads whose own has ended (object/secure_stack.h)
  GateName names_gate;       ///< space 0: not made yet
  uint32_t names_space = 0;  ///< id of the names service's code space, 0 = it does not run
  EventSource names_ready;   ///< signalled when the names gate exists
};

[[nodiscard]] WellKnown& well_known();

/// To be told of every new gate: the first one of the names service is the names gate.
void note_new_gate(const GateName& gate);

}  // namespace kernel
