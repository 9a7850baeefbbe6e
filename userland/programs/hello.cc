// SPDX-License-Identifier: GPL-2.0-or-later
// The smallest native program: finds the console's gate, hops through it, ends.
#include "userland/runtime/console_text.h"
#include "userland/runtime/gate.h"
#include "userland/runtime/program.h"

int hop_main() {
  const hop::Reply gate = hop::find_gate("console", true);
  if (gate.is_error()) return 1;

  constexpr char kText[] = "Hello from a code space of its own.\n";
  constexpr uint64_t kLength = sizeof kText - 1;
  return hop::write_text(static_cast<uint16_t>(gate.value), kText, kLength) == hop::Status::Ok ? 0 : 2;
}
