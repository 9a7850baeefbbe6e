// SPDX-License-Identifier: GPL-2.0-or-later
// The machine's RAM: one anonymous mapping of the host, physical address 0 first.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "emu/platform/result.h"

namespace emu {

class GuestMemory {
 public:
  /// Zeroed RAM. The host gives pages to it only as they are touched.
  [[nodiscard]] static Result<GuestMemory> create(uint64_t size);
  ~GuestMemory();
  GuestMemory(GuestMemory&& other) noexcept;
  GuestMemory& operator=(GuestMemory&&) = delete;

  [[nodiscard]] std::byte* base() const { return base_; }
  [[nodiscard]] uint64_t size() const { return size_; }
  [[nodiscard]] bool contains(uint64_t address, uint64_t bytes) const {
    return address <= size_ && bytes <= size_ - address;
  }
  /// Bytes [address, address + bytes), which must lie in RAM.
  [[nodiscard]] std::span<std::byte> range(uint64_t address, uint64_t bytes) const {
    assert(contains(address, bytes));
    return {base_ + address, bytes};
  }

 private:
  GuestMemory(std::byte* base, uint64_t size) : base_(base), size_(size) {}
  std::byte* base_ = nullptr;
  uint64_t size_ = 0;
};

}  // namespace emu
