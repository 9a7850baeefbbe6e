// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the kernel's ELF file, trusting nothing in it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "emu/platform/result.h"

namespace emu {

/// A part of the image: `bytes` at virtual address `address`, zeros up to `size`.
struct KernelSegment {
  uint64_t address = 0;
  uint64_t size = 0;  ///< in memory
  std::span<const std::byte> bytes;
  bool write = false, execute = false;

  [[nodiscard]] uint64_t first_page() const;
  [[nodiscard]] uint64_t end_page() const;  ///< first page after it
};

struct KernelElf {
  uint64_t entry = 0;
  std::vector<KernelSegment> segments;
};

/// Fails for what is no static x86-64 executable, and for segments that lie in the direct map, share a page or exceed
/// `memory` bytes. The segments refer to the file.
[[nodiscard]] Result<KernelElf> read_kernel_elf(std::span<const std::byte> file, uint64_t memory);

}  // namespace emu
