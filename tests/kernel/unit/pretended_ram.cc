// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/kernel/unit/pretended_ram.h"

#include <cstdio>
#include <cstdlib>

namespace kernel {

void panic(const char* message, const char* file, int line) {
  std::fprintf(stderr, "panic: %s (%s:%d)\n", message, file, line);
  std::abort();
}

}  // namespace kernel

PretendedRam::PretendedRam(uint64_t frames) : memory_(std::aligned_alloc(4096, frames * 4096)), table_(frames) {
  kernel::direct_map_base = reinterpret_cast<uint64_t>(memory_);
  kernel::frames().initialize(table_.data(), frames);
  kernel::frames().add_free({4096}, {frames * 4096});
  initially_free_ = kernel::frames().free_bytes();
}

PretendedRam::~PretendedRam() {
  std::free(memory_);
}
