// SPDX-License-Identifier: GPL-2.0-or-later
// Which of the program's stacks an address lies on.
#pragma once
#include <cstdint>

namespace hop {

/// Notes a stack that the program has made for its gates; they are made from low to high addresses.
void note_stack(uint64_t bottom, uint64_t top);

/// Whether two stack pointers are of one stack.
[[nodiscard]] bool is_same_stack(uint64_t a, uint64_t b);

}  // namespace hop
