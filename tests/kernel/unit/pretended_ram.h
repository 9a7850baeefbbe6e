// SPDX-License-Identifier: GPL-2.0-or-later
// A piece of host memory that the kernel's allocators take for the machine's RAM.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "kernel/memory/frame_allocator.h"

/// RAM of so many frames, of which the first is reserved. One at a time.
class PretendedRam {
 public:
  explicit PretendedRam(uint64_t frames);
  ~PretendedRam();
  PretendedRam(const PretendedRam&) = delete;
  PretendedRam& operator=(const PretendedRam&) = delete;
  [[nodiscard]] uint64_t initially_free() const { return initially_free_; }

 private:
  void* memory_;
  std::vector<kernel::FrameInfo> table_;
  uint64_t initially_free_;
};
