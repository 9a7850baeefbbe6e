// SPDX-License-Identifier: GPL-2.0-or-later
// What a file system needs of a disk. Offsets and counts are bytes, multiples of 512.
#pragma once
#include <cstdint>

#include "kernel/abi/status.h"

namespace hop {

class BlockDevice {
 public:
  /// Errors: InputOutput. What has been written may get to the medium in any order, until flush.
  [[nodiscard]] virtual Status read(uint64_t offset, void* to, uint64_t bytes) = 0;
  [[nodiscard]] virtual Status write(uint64_t offset, const void* from, uint64_t bytes) = 0;
  /// What was written before is on the medium before anything that is written afterwards.
  [[nodiscard]] virtual Status flush() = 0;
  [[nodiscard]] virtual uint64_t size() const = 0;

 protected:
  ~BlockDevice() = default;
};

}  // namespace hop
