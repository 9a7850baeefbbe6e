// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/well_known.h"

namespace kernel {

namespace {
constinit WellKnown machine_well_known;
}

WellKnown& well_known() {
  return machine_well_known;
}

void note_new_gate(const GateName& gate) {
  WellKnown& known = well_known();
  if (gate.space != known.names_space || known.names_gate.space != 0) return;
  known.names_gate = gate;
  signal(known.names_ready);
}

}  // namespace kernel
