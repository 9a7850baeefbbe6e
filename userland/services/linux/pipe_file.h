// SPDX-License-Identifier: GPL-2.0-or-later
// Pipes. A reader waits for a writer, and the other way round, as long as there is one.
#pragma once
#include "userland/services/linux/open_file.h"
#include "userland/services/linux/waiting.h"

namespace hop::personality {

/// The bytes between two ends.
class PipeBuffer {
 public:
  static constexpr uint64_t kCapacity = 0x10000;
  /// Writes of at most this many bytes are whole or not at all.
  static constexpr uint64_t kAtomic = 4096;

  explicit PipeBuffer(uint64_t inode) : inode_(inode) {}
  virtual ~PipeBuffer() = default;
  [[nodiscard]] uint64_t bytes() const { return bytes_; }
  [[nodiscard]] uint64_t room() const { return kCapacity - bytes_; }
  [[nodiscard]] uint64_t inode() const { return inode_; }
  /// Moves up to `bytes` out to, or in from, an address; the number moved, or EFAULT if not even one byte could be.
  [[nodiscard]] int64_t take(uint64_t address, uint64_t bytes);
  [[nodiscard]] int64_t put(uint64_t address, uint64_t bytes);

  /// Bytes have come or gone, or an end.
  void changed() {
    waiters.wake();
    poll_queue().wake();
  }

  uint32_t readers = 0, writers = 0;
  WaitQueue waiters;

 private:
  uint64_t inode_, first_ = 0, bytes_ = 0;
  unsigned char content_[kCapacity];
};

class PipeEnd : public OpenFile {
 public:
  PipeEnd(uint32_t flags, PipeBuffer* buffer);
  ~PipeEnd() override;
  int64_t read(uint64_t address, uint64_t bytes, uint64_t offset) override;
  /// EPIPE if nobody can read; the caller raises SIGPIPE.
  int64_t write(uint64_t address, uint64_t bytes, uint64_t offset) override;
  int64_t status(uint64_t address) override;
  [[nodiscard]] int16_t readiness() override;
  int64_t readable_bytes() override { return static_cast<int64_t>(buffer_->bytes()); }
  uint64_t describe(char* text, uint64_t capacity) override;

 private:
  PipeBuffer* buffer_;  ///< shared by both ends; the last one deletes it
};

}  // namespace hop::personality
