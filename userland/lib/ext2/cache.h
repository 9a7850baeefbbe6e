// SPDX-License-Identifier: GPL-2.0-or-later
// A write-back cache of blocks, of fixed size. Blocks whose place in the order of writes matters (README.md) stay in it
// until somebody writes them; the others leave it when their room is wanted.
#pragma once
#include <cstdint>

#include "userland/lib/ext2/block_device.h"

namespace hop::ext2 {

/// What a block holds; this decides when it may be written.
enum class Kind : uint8_t {
  Data,       ///< any time
  Bitmap,     ///< bitmaps and group descriptors: any time
  Inodes,     ///< step 2
  Pointers,   ///< step 2
  Directory,  ///< step 3
};

struct Buffer {
  uint8_t* bytes = nullptr;
  Buffer* next_in_bucket = nullptr;
  Buffer *older = nullptr, *newer = nullptr;
  uint32_t block = 0;  ///< 0: empty
  uint16_t pins = 0;
  Kind kind = Kind::Data;
  bool is_dirty = false;
  bool is_fresh = false;  ///< was free at the last commit: nothing on the disk leads to it yet
};

class Cache;

/// A block in the cache, which stays there as long as this lives.
class Block {
 public:
  Block() = default;
  Block(const Block&) = delete;
  Block(Block&& other) noexcept : buffer_(other.buffer_), cache_(other.cache_) { other.buffer_ = nullptr; }
  Block& operator=(Block&& other) noexcept;
  ~Block() { reset(); }
  void reset();
  explicit operator bool() const { return buffer_ != nullptr; }
  [[nodiscard]] uint32_t number() const { return buffer_->block; }
  [[nodiscard]] uint8_t* bytes() { return buffer_->bytes; }
  template <typename T>
  [[nodiscard]] T* at(uint32_t offset) {
    return reinterpret_cast<T*>(buffer_->bytes + offset);
  }
  /// Its bytes have been changed.
  void mark(Kind kind);

 private:
  friend class Cache;
  Buffer* buffer_ = nullptr;
  Cache* cache_ = nullptr;
};

class Cache {
 public:
  Cache() = default;
  Cache(const Cache&) = delete;
  ~Cache();
  /// OutOfMemory.
  [[nodiscard]] Status start(BlockDevice& device, uint32_t block_size, uint32_t capacity);

  /// InputOutput; OutOfMemory if all buffers are in use or must stay.
  [[nodiscard]] Status get(uint32_t block, Block& to);
  /// A block of which all bytes will be written: it is not read.
  [[nodiscard]] Status get_unread(uint32_t block, Block& to);
  /// A block that was just allocated: zeros, dirty.
  [[nodiscard]] Status make(uint32_t block, Kind kind, Block& to);
  /// Reads `count` blocks from `block` on in one go, as far as they are not here yet; failure is no error.
  void read_ahead(uint32_t block, uint32_t count);
  [[nodiscard]] bool has(uint32_t block) const { return find(block) != nullptr; }
  /// The block has become free: what was not written is forgotten.
  void discard(uint32_t block);

  /// True if so many blocks must stay that it is time to commit.
  [[nodiscard]] bool is_crowded() const { return staying_ > capacity_ / 2; }
  [[nodiscard]] bool has_dirty() const { return dirty_ != 0; }
  /// Must this directory block still be written?
  [[nodiscard]] bool is_dirty_directory(uint32_t block) const;

  /// Writes, by number, the dirty blocks of which wanted(buffer) is true.
  template <typename Wanted>
  [[nodiscard]] Status write_all(Wanted&& wanted, bool& has_written) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < capacity_; ++i) {
      if (buffers_[i].is_dirty && wanted(buffers_[i])) sorted_[count++] = &buffers_[i];
    }
    has_written = count != 0;
    return write_sorted(count);
  }
  /// Everything has been written: nothing is fresh any more.
  void end_epoch();
  /// From now on nothing is written.
  void freeze() { is_frozen_ = true; }

 private:
  friend class Block;
  static constexpr uint32_t kRun = 16;  ///< blocks that go to or come from the device at once
  [[nodiscard]] static bool must_stay(const Buffer& buffer) {
    return buffer.is_dirty && !buffer.is_fresh && buffer.kind >= Kind::Inodes;
  }
  [[nodiscard]] Buffer* find(uint32_t block) const;
  [[nodiscard]] Status claim(uint32_t block, Buffer*& buffer);
  [[nodiscard]] Status write(Buffer& buffer);
  [[nodiscard]] Status write_sorted(uint32_t count);
  void set_dirty(Buffer& buffer, bool dirty, Kind kind);
  void forget(Buffer& buffer);
  void touch(Buffer& buffer);
  void hand_out(Buffer& buffer, Block& to);

  BlockDevice* device_ = nullptr;
  uint32_t block_size_ = 0, capacity_ = 0, buckets_ = 0, dirty_ = 0, staying_ = 0;
  bool is_frozen_ = false;
  Buffer* buffers_ = nullptr;
  Buffer** bucket_ = nullptr;
  Buffer** sorted_ = nullptr;
  uint8_t* run_ = nullptr;
  Buffer ends_;  ///< of the list by use: ends_.newer is the oldest
};

}  // namespace hop::ext2
