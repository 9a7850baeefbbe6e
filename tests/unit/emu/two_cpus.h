// SPDX-License-Identifier: GPL-2.0-or-later
// A World with a second CPU, and turns for both.
#pragma once
#include "tests/unit/emu/world.h"

namespace test {

struct WithGroup {
  emu::CpuGroup group{World::kMemory};
};

class TwoCpus : private WithGroup, public World {
 public:
  TwoCpus();

  /// Both CPUs begin in a code space, each with a thread and a stack of its own (as stack space, too).
  void start_both(asx::SpaceId code, uint64_t rip_of_0, uint64_t rip_of_1);

  /// Gives turns until CPU 0 takes an event: its frame. CPU 1 must take none.
  [[nodiscard]] asx::Frame run_in_turns(uint64_t seed, uint32_t average_turn);

  std::unique_ptr<emu::Engine> second;
};

}  // namespace test
