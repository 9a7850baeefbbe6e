// SPDX-License-Identifier: GPL-2.0-or-later
// The host ends of a serial line: buffered, never blocking on input, and telling when an end has gone.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace emu {

/// Bytes from a host file descriptor, read ahead in big pieces.
class HostInput {
 public:
  explicit HostInput(int descriptor) : descriptor_(descriptor), ended_(descriptor < 0) {}

  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Reads what the host has now, if nothing is buffered.
  void poll();
  [[nodiscard]] bool empty() const { return next_ == buffer_.size(); }
  [[nodiscard]] uint8_t take() { return buffer_[next_++]; }
  /// No byte is left, and none will come.
  [[nodiscard]] bool at_end() const { return ended_ && empty(); }
  /// The host may still have bytes that poll() has not seen.
  [[nodiscard]] bool is_open() const { return !ended_; }

 private:
  int descriptor_;
  bool ended_;
  std::vector<uint8_t> buffer_;
  size_t next_ = 0;
};

/// Bytes to a host file descriptor, written in big pieces.
class HostOutput {
 public:
  explicit HostOutput(int descriptor) : descriptor_(descriptor) {}

  void put(uint8_t byte) {
    if (descriptor_ < 0 || failed_) return;
    buffer_.push_back(byte);
    if (buffer_.size() >= kCapacity) flush();
  }
  void flush();
  /// A write failed: nobody reads any more. errno of the failure, else 0.
  [[nodiscard]] int failure() const { return failed_; }

 private:
  static constexpr size_t kCapacity = 64 * 1024;
  int descriptor_;
  int failed_ = 0;
  std::vector<uint8_t> buffer_;
};

}  // namespace emu
