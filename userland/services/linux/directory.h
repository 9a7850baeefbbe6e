// SPDX-License-Identifier: GPL-2.0-or-later
// A working directory: a handle in the files service that several tasks may share.
#pragma once
#include <cstdint>

namespace hop::personality {

struct Directory {
  uint64_t handle = ~uint64_t{0};
  uint32_t references = 1;
};

/// One reference less; closes it with the last one. Null is nothing.
void release_directory(Directory* directory);

}  // namespace hop::personality
