// SPDX-License-Identifier: GPL-2.0-or-later
// A growing array for services: like std::vector for trivially copyable types, but growth is refused, not thrown.
#pragma once
#include <cstdint>

#include "userland/runtime/heap.h"

namespace hop {

template <typename T>
class Vector {
 public:
  constexpr Vector() = default;
  Vector(const Vector&) = delete;
  ~Vector() { release(items_); }

  [[nodiscard]] uint64_t size() const { return size_; }
  [[nodiscard]] T& operator[](uint64_t index) { return items_[index]; }
  [[nodiscard]] const T& operator[](uint64_t index) const { return items_[index]; }
  [[nodiscard]] T* begin() { return items_; }
  [[nodiscard]] T* end() { return items_ + size_; }
  [[nodiscard]] const T* begin() const { return items_; }
  [[nodiscard]] const T* end() const { return items_ + size_; }

  /// False: no memory, and nothing has changed.
  [[nodiscard]] bool push_back(const T& item) {
    if (!reserve(size_ + 1)) return false;
    items_[size_++] = item;
    return true;
  }
  /// Grows with copies of `item`, or shrinks.
  [[nodiscard]] bool resize(uint64_t size, const T& item) {
    if (!reserve(size)) return false;
    for (uint64_t i = size_; i < size; ++i) items_[i] = item;
    size_ = size;
    return true;
  }
  /// To at most the size it has.
  void shrink(uint64_t size) { size_ = size; }
  /// Removes one item and keeps the order of the others.
  void erase(uint64_t index) {
    for (uint64_t i = index + 1; i < size_; ++i) items_[i - 1] = items_[i];
    --size_;
  }

 private:
  bool reserve(uint64_t wanted) {
    if (wanted <= capacity_) return true;
    uint64_t capacity = capacity_ == 0 ? 4 : capacity_ * 2;
    if (capacity < wanted) capacity = wanted;
    if (capacity > UINT64_MAX / 2 / sizeof(T)) return false;
    T* items = static_cast<T*>(allocate(capacity * sizeof(T)));
    if (items == nullptr) return false;
    for (uint64_t i = 0; i < size_; ++i) items[i] = items_[i];
    release(items_);
    items_ = items;
    capacity_ = capacity;
    return true;
  }

  static_assert(__is_trivially_copyable(T));
  T* items_ = nullptr;
  uint64_t size_ = 0;
  uint64_t capacity_ = 0;
};

}  // namespace hop
