// SPDX-License-Identifier: GPL-2.0-or-later
// Flat physical memory, read and written by byte offsets. Remembers what was written, so that a step can be taken back.
#pragma once
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace oracle {

class Memory {
 public:
  explicit Memory(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}

  [[nodiscard]] const std::vector<uint8_t>& bytes() const { return bytes_; }
  [[nodiscard]] std::vector<uint8_t>& bytes() { return bytes_; }
  [[nodiscard]] bool holds(uint64_t address, uint64_t count) const {
    return address <= bytes_.size() && count <= bytes_.size() - address;
  }
  [[nodiscard]] uint64_t read(uint64_t address, unsigned width) const {
    uint64_t value = 0;
    for (unsigned i = 0; i < width; ++i) value |= uint64_t{bytes_.at(address + i)} << (8 * i);
    return value;
  }
  [[nodiscard]] uint32_t read32(uint64_t address) const { return static_cast<uint32_t>(read(address, 4)); }
  [[nodiscard]] uint64_t read64(uint64_t address) const { return read(address, 8); }
  void write(uint64_t address, unsigned width, uint64_t value) {
    for (unsigned i = 0; i < width; ++i) {
      written_.emplace_back(address + i, bytes_.at(address + i));
      bytes_[address + i] = static_cast<uint8_t>(value >> (8 * i));
    }
  }

  /// From here on undo() leads back to here.
  void begin() { written_.clear(); }
  void undo() {
    for (size_t i = written_.size(); i > 0; --i) bytes_[written_[i - 1].first] = written_[i - 1].second;
    written_.clear();
  }

 private:
  std::vector<uint8_t> bytes_;
  std::vector<std::pair<uint64_t, uint8_t>> written_;
};

}  // namespace oracle
