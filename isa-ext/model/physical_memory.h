// SPDX-License-Identifier: GPL-2.0-or-later
// The model's view of guest RAM: every access is checked against its size.
#pragma once
#include <cstddef>
#include <cstdint>

#include "isa-ext/abi/address.h"

namespace asx {

/// RAM at physical [0, size). Does not own it.
class PhysicalMemory {
 public:
  PhysicalMemory() = default;
  PhysicalMemory(std::byte* base, uint64_t size) : base_(base), size_(size) {}

  [[nodiscard]] uint64_t size() const { return size_; }
  [[nodiscard]] bool contains(PhysicalAddress address, uint64_t bytes) const {
    return address.value <= size_ && bytes <= size_ - address.value;
  }
  /// Host pointer to a naturally aligned T, or nullptr if it is misaligned or not wholly in RAM.
  template <typename T>
  [[nodiscard]] T* at(PhysicalAddress address) const {
    return array<T>(address, 1);
  }
  template <typename T>
  [[nodiscard]] T* array(PhysicalAddress address, uint64_t count) const {
    if (address.value % alignof(T) != 0 || count > size_ / sizeof(T) || !contains(address, count * sizeof(T)))
      return nullptr;
    return reinterpret_cast<T*>(base_ + address.value);
  }

 private:
  std::byte* base_ = nullptr;
  uint64_t size_ = 0;
};

}  // namespace asx
