// SPDX-License-Identifier: GPL-2.0-or-later
// Memory of the own space, by pages. What is given out has its frames already: a service that runs out of memory is
// told so here, and not by a fault in the middle of its work. (The first thread of a service has come through no gate
// and recovers from nothing: if there is no memory for what it starts with, it ends, and the kernel's log says why.)
//
// Offsets are plentiful (pages have 2^46 bytes of them) and are not used again. Any thread may call these.
#pragma once
#include <cstddef>
#include <cstdint>

namespace hop {

/// Whole pages, zero; nullptr if there is no memory.
[[nodiscard]] void* map_pages(size_t bytes);
/// Gives back what map_pages gave, all of it.
void unmap_pages(void* pages, size_t bytes);

/// Gives frames to the pages of a range that is mapped; false if there are none left for it.
[[nodiscard]] bool commit_pages(uint64_t start, uint64_t bytes);

}  // namespace hop
