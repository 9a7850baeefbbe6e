// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the structures of an ELF file without trusting them.
#pragma once
#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace emu {

class ElfView {
 public:
  explicit ElfView(std::span<const std::byte> file) : file_(file) {}

  /// True if [offset, offset + size) lies in the file.
  [[nodiscard]] bool contains(uint64_t offset, uint64_t size) const {
    return offset <= file_.size() && size <= file_.size() - offset;
  }
  template <typename T>
  [[nodiscard]] std::optional<T> read(uint64_t offset) const {
    if (!contains(offset, sizeof(T))) return std::nullopt;
    T value;
    std::memcpy(&value, file_.data() + offset, sizeof(T));
    return value;
  }
  /// Empty if it lies outside the file.
  [[nodiscard]] std::span<const std::byte> bytes(uint64_t offset, uint64_t size) const {
    return contains(offset, size) ? file_.subspan(offset, size) : std::span<const std::byte>{};
  }
  /// A NUL-terminated text that lies before `end`; empty if there is none.
  [[nodiscard]] std::string_view text(uint64_t offset, uint64_t end) const {
    if (end > file_.size() || offset >= end) return {};
    const char* start = reinterpret_cast<const char*>(file_.data()) + offset;
    const size_t length = strnlen(start, end - offset);
    return length == end - offset ? std::string_view{} : std::string_view(start, length);
  }
  [[nodiscard]] uint64_t size() const { return file_.size(); }

 private:
  std::span<const std::byte> file_;
};

}  // namespace emu
