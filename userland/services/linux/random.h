// SPDX-License-Identifier: GPL-2.0-or-later
// The random numbers of getrandom, /dev/urandom and AT_RANDOM: xoshiro256** (Blackman and Vigna, 2018), its state
// filled by SplitMix64 from the machine's seed. The same seed gives the same bytes. Not for keys.
#pragma once
#include <cstdint>

namespace hop::personality {

class Random {
 public:
  void seed(uint64_t value) {
    for (uint64_t& word : state_) {
      value += 0x9e3779b97f4a7c15;
      uint64_t z = value;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
      z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
      word = z ^ (z >> 31);
    }
  }
  [[nodiscard]] uint64_t next() {
    const uint64_t result = rotate(state_[1] * 5, 7) * 9;
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

 private:
  [[nodiscard]] static uint64_t rotate(uint64_t value, unsigned count) {
    return (value << count) | (value >> (64 - count));
  }
  uint64_t state_[4] = {};
};

/// The machine's one generator.
[[nodiscard]] Random& machine_random();

/// Fills a program's memory; EFAULT if it cannot be written.
[[nodiscard]] int64_t random_out(uint64_t pointer, uint64_t bytes);

}  // namespace hop::personality
