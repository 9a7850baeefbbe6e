// SPDX-License-Identifier: GPL-2.0-or-later
// Which CPU's turn it is, and how long the turn is: drawn from a seeded generator, so that a seed is an interleaving
// that can be had again.
#pragma once
#include <bit>
#include <cassert>
#include <cstdint>

namespace emu {

class Schedule {
 public:
  /// Turns have 1 to 2 * average - 1 instructions; those of average 1 have one, which is one block.
  Schedule(uint64_t seed, uint32_t average) : state_(seed), longest_(uint64_t{average} * 2 - 1) {
    assert(average != 0);
  }

  /// One of the CPUs whose bits are set; there is one.
  [[nodiscard]] uint32_t next_cpu(uint64_t ready) {
    assert(ready != 0);
    for (uint64_t skip = draw() % static_cast<unsigned>(std::popcount(ready)); skip != 0; --skip) ready &= ready - 1;
    return static_cast<uint32_t>(std::countr_zero(ready));
  }
  [[nodiscard]] uint64_t next_turn() { return 1 + draw() % longest_; }

 private:
  /// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
  [[nodiscard]] uint64_t draw() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }

  uint64_t state_;
  uint64_t longest_;
};

}  // namespace emu
