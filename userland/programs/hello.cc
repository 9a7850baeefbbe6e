// SPDX-License-Identifier: GPL-2.0-or-later
// The smallest native program: finds the console's gate, hops through it, ends.
#include "userland/interfaces/console/console.h"
#include "userland/runtime/gate.h"
#include "userland/runtime/kernel.h"
#include "userland/runtime/memory.h"
#include "userland/runtime/program.h"

int hop_main() {
  const hop::Reply gate = hop::find_gate("console", true);
  if (gate.is_error()) return 1;

  // What the console is to read must lie where it can: in the stack half, which it shares with us for the call. Our
  // own data is in our code half, where nobody else can look.
  constexpr char kText[] = "Hello from a code space of its own.\n";
  constexpr uint64_t kLength = sizeof kText - 1;
  const uint64_t buffer = uint64_t{hop::kStackSpace} << 48 | 0x10000;
  if (hop::kernel::space_map(hop::kSelfStack, 0x10000, 4096, hop::kProtectRead | hop::kProtectWrite).is_error())
    return 2;
  memcpy(reinterpret_cast<void*>(buffer), kText, kLength);

  const auto write = static_cast<uint64_t>(hop::console::Operation::Write);
  const hop::Reply written = hop::gate_call(static_cast<uint16_t>(gate.value), write, {0, buffer, kLength});
  return written.value == static_cast<int64_t>(kLength) ? 0 : 3;
}
