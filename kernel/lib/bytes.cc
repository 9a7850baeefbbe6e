// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/lib/bytes.h"

namespace kernel {

void zero_blocks(void* destination, size_t bytes) {
  auto* to = static_cast<volatile uint64_t*>(destination);
  for (size_t i = 0; i < bytes / 8; i += 8) {
    to[i] = 0;
    to[i + 1] = 0;
    to[i + 2] = 0;
    to[i + 3] = 0;
    to[i + 4] = 0;
    to[i + 5] = 0;
    to[i + 6] = 0;
    to[i + 7] = 0;
  }
}

void copy_blocks(void* destination, const void* source, size_t bytes) {
  auto* to = static_cast<volatile uint64_t*>(destination);
  auto* from = static_cast<const uint64_t*>(source);
  for (size_t i = 0; i < bytes / 8; i += 4) {
    to[i] = from[i];
    to[i + 1] = from[i + 1];
    to[i + 2] = from[i + 2];
    to[i + 3] = from[i + 3];
  }
}

}  // namespace kernel
