// SPDX-License-Identifier: GPL-2.0-or-later
// The bytes of a regular file: chunks that exist once they have been written, over an optional original that is never
// copied before (the file's bytes in the boot module). What neither has is a hole and reads as zero.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernel/abi/status.h"
#include "userland/lib/vector.h"

namespace hop::files {

class Content {
 public:
  static constexpr uint64_t kChunk = 64 * 1024;
  static constexpr uint64_t kMaximumSize = uint64_t{1} << 40;

  Content() = default;
  ~Content();

  [[nodiscard]] uint64_t size() const { return size_; }
  /// Units of 512 bytes: the pages that are not holes.
  [[nodiscard]] uint64_t blocks() const;
  /// Begins with bytes that stay where they are and outlive this.
  void set_original(const uint8_t* bytes, uint64_t size);

  /// Hands out [offset, offset + length) in pieces, as far as the file goes: sink(bytes or nullptr for zeros, count)
  /// returns a Status. The bytes handed out, or the sink's error if it refused the first piece.
  template <typename Sink>
  [[nodiscard]] int64_t read(uint64_t offset, uint64_t length, Sink&& sink) const {
    if (offset >= size_) return 0;
    if (length > size_ - offset) length = size_ - offset;
    for (uint64_t done = 0; done < length;) {
      const Piece piece = find(offset + done, length - done);
      const Status status = sink(piece.bytes, piece.count);
      if (status != Status::Ok) return result_of(done, status);
      done += piece.count;
    }
    return static_cast<int64_t>(length);
  }

  /// Takes bytes in pieces: source(to, count) fills them and returns a Status. The bytes taken, or an error if it is
  /// the first piece that fails: the source's, NoSpace, FileTooBig.
  template <typename Source>
  [[nodiscard]] int64_t write(uint64_t offset, uint64_t length, Source&& source) {
    if (length == 0) return 0;
    if (offset > kMaximumSize || length > kMaximumSize - offset) return static_cast<int64_t>(Status::FileTooBig);
    for (uint64_t done = 0; done < length;) {
      const uint64_t at = (offset + done) % kChunk;
      const uint64_t count = length - done < kChunk - at ? length - done : kChunk - at;
      uint8_t* chunk = own_chunk((offset + done) / kChunk);
      const Status status = chunk == nullptr ? Status::NoSpace : source(chunk + at, count);
      if (status != Status::Ok) return result_of(done, status);
      done += count;
      if (offset + done > size_) size_ = offset + done;
    }
    return static_cast<int64_t>(length);
  }

  [[nodiscard]] Status truncate(uint64_t size);

 private:
  struct Piece {
    const uint8_t* bytes;
    uint64_t count;
  };
  [[nodiscard]] static int64_t result_of(uint64_t done, Status status) {
    return done != 0 ? static_cast<int64_t>(done) : static_cast<int64_t>(status);
  }
  [[nodiscard]] Piece find(uint64_t offset, uint64_t limit) const;
  [[nodiscard]] uint8_t* own_chunk(uint64_t index);

  uint64_t size_ = 0;
  const uint8_t* original_ = nullptr;
  uint64_t original_size_ = 0;  ///< shrinks with the file and never grows again
  Vector<uint8_t*> chunks_;
};

}  // namespace hop::files
