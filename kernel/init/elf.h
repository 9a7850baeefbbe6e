// SPDX-License-Identifier: GPL-2.0-or-later
// A service's image: a static ELF file (System V ABI, ELF-64 object file format) in memory.
#pragma once
#include "kernel/object/space.h"

namespace kernel {

struct Image {
  uint64_t entry;
  uint64_t start;  ///< lowest offset of a segment
};

/// Maps the loadable segments into a space, each with its own rights, and fills them. Invalid: no such ELF file.
Result<Image> load_image(Space& space, PhysicalAddress file, uint64_t size);

}  // namespace kernel
