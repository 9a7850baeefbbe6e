// SPDX-License-Identifier: GPL-2.0-or-later
// The bytes of a regular file: chunks that exist once they have been written, over an optional original that is never
// copied before (the file's bytes in the boot module). What neither has is a hole and reads as zero.
//
// A chunk is found through two tables: leaf, chunk. The first chunk may be smaller than the others, as most files are.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernel/abi/status.h"
#include "userland/lib/vector.h"

namespace hop::files {

/// Whether files may take that much more memory: the service decides, and leaves some to the others.
[[nodiscard]] bool has_room_for(uint64_t bytes);

class Content {
 public:
  static constexpr uint64_t kPage = 4096;
  static constexpr uint64_t kChunk = 64 * 1024;
  static constexpr uint64_t kMaximumSize = uint64_t{1} << 40;

  Content() = default;
  Content(const Content&) = delete;
  ~Content() { drop_chunks(0); }

  [[nodiscard]] uint64_t size() const { return size_; }
  /// Units of 512 bytes: the pages that are not holes.
  [[nodiscard]] uint64_t blocks() const { return pages_ * (kPage / 512); }
  /// Of an empty file: begins with bytes that stay where they are and outlive this.
  void set_original(const uint8_t* bytes, uint64_t size);

  /// Hands out [offset, offset + length) in pieces, as far as the file goes: sink(bytes or nullptr for zeros, count)
  /// returns how many of them it took; if not all, that is the end. The bytes taken, or BadAddress if there were none.
  template <typename Sink>
  [[nodiscard]] int64_t read(uint64_t offset, uint64_t length, Sink&& sink) const {
    if (offset >= size_) return 0;
    if (length > size_ - offset) length = size_ - offset;
    for (uint64_t done = 0; done < length;) {
      const Piece piece = find(offset + done, length - done);
      const uint64_t taken = sink(piece.bytes, piece.count);
      done += taken;
      if (taken < piece.count) return result_of(done, Status::BadAddress);
    }
    return static_cast<int64_t>(length);
  }

  /// Takes bytes in pieces: source(to, count) returns how many it gave, and writes no more than that; if not all, that
  /// is the end. The bytes taken, or if there were none BadAddress, NoSpace, FileTooBig.
  template <typename Source>
  [[nodiscard]] int64_t write(uint64_t offset, uint64_t length, Source&& source) {
    if (length == 0) return 0;
    if (offset > kMaximumSize || length > kMaximumSize - offset) return static_cast<int64_t>(Status::FileTooBig);
    for (uint64_t done = 0; done < length;) {
      const uint64_t at = offset + done;
      const uint64_t wanted = length - done < kChunk - at % kChunk ? length - done : kChunk - at % kChunk;
      uint8_t* to = own(at, wanted);
      if (to == nullptr) return result_of(done, Status::NoSpace);
      const uint64_t given = source(to, wanted);
      note_written(at, given);
      done += given;
      if (given < wanted) return result_of(done, Status::BadAddress);
    }
    return static_cast<int64_t>(length);
  }

  /// FileTooBig.
  [[nodiscard]] Status truncate(uint64_t size);

 private:
  static constexpr uint64_t kLeafChunks = 512;
  struct Chunk {
    uint8_t* bytes = nullptr;  ///< null: as the original, or a hole
    uint32_t capacity = 0;     ///< of the first one; the others have kChunk. What lies beyond is zero
    uint16_t pages = 0;        ///< bit n: its page n is no hole
  };
  struct Leaf {
    Chunk chunks[kLeafChunks];
  };
  struct Piece {
    const uint8_t* bytes;
    uint64_t count;
  };

  [[nodiscard]] static int64_t result_of(uint64_t done, Status status) {
    return done != 0 ? static_cast<int64_t>(done) : static_cast<int64_t>(status);
  }
  [[nodiscard]] const Chunk* chunk(uint64_t index) const;
  [[nodiscard]] Chunk* make_chunk(uint64_t index);
  [[nodiscard]] bool grow(Chunk& chunk, uint64_t start, uint64_t capacity);
  [[nodiscard]] uint64_t original_in(uint64_t start) const;
  [[nodiscard]] Piece find(uint64_t offset, uint64_t limit) const;
  [[nodiscard]] uint8_t* own(uint64_t offset, uint64_t count);
  void note_written(uint64_t offset, uint64_t count);
  void drop(Chunk& chunk);
  void drop_chunks(uint64_t first);
  void count_pages();

  uint64_t size_ = 0, pages_ = 0;
  const uint8_t* original_ = nullptr;
  uint64_t original_size_ = 0;  ///< shrinks with the file and never grows again
  Chunk first_;
  Vector<Leaf*> leaves_;  ///< of the chunks from number 1 on
};

}  // namespace hop::files
