// SPDX-License-Identifier: GPL-2.0-or-later
// The heap of a service or native program: memory of its own space.
#pragma once
#include <cstddef>
#include <cstdint>

namespace hop {

/// The heap may use the space from this offset on. Before any allocation.
void heap_initialize(uint64_t start);

/// 16-byte aligned, contents undefined, frames given; nullptr when there is no memory. Any thread may call it.
[[nodiscard]] void* allocate(size_t bytes);
/// Gives back what allocate gave; nullptr is nothing.
void release(void* block);

}  // namespace hop
