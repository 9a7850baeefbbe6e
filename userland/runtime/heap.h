// SPDX-License-Identifier: GPL-2.0-or-later
// The heap of a service or native program: memory of its own space, given frames at first touch.
#pragma once
#include <cstddef>
#include <cstdint>

namespace hop {

/// The heap may use the space from this offset on. Before any allocation.
void heap_initialize(uint64_t start);

/// At least 16-byte aligned (64 KiB and more: page aligned), contents undefined; nullptr when there is no memory.
/// Any thread may call it.
[[nodiscard]] void* allocate(size_t bytes);
/// Gives back what allocate gave; nullptr is nothing.
void release(void* block);

}  // namespace hop
