// SPDX-License-Identifier: GPL-2.0-or-later
// Copying and zeroing. In 8-byte steps: string instructions are slow on this machine.
#pragma once
#include <cstddef>
#include <cstdint>

namespace kernel {

/// Both addresses and the size are multiples of 64.
void zero_blocks(void* destination, size_t bytes);
void copy_blocks(void* destination, const void* source, size_t bytes);

[[nodiscard]] constexpr uint64_t round_down(uint64_t value, uint64_t step) {
  return value & ~(step - 1);
}
[[nodiscard]] constexpr uint64_t round_up(uint64_t value, uint64_t step) {
  return round_down(value + step - 1, step);
}

}  // namespace kernel
