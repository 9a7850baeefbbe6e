// SPDX-License-Identifier: GPL-2.0-or-later
// Prints nanoseconds for one bare hop (emu/engine/bare_hop.h). Argument: how many.
#include "emu/engine/bare_hop.h"

#include <cstdio>
#include <cstdlib>

int main(int count, char** arguments) {
  emu::Result<double> nanoseconds =
      emu::measure_bare_hop(count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1'000'000);
  if (!nanoseconds) {
    std::fprintf(stderr, "bare_hop: %s\n", nanoseconds.error().c_str());
    return 1;
  }
  std::printf("%.1f\n", nanoseconds.value());
  return 0;
}
