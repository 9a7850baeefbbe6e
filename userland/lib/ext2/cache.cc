// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/lib/ext2/cache.h"

#include <new>

#include "userland/runtime/heap.h"
#include "userland/runtime/memory.h"

namespace hop::ext2 {

Block& Block::operator=(Block&& other) noexcept {
  if (this == &other) return *this;
  reset();
  buffer_ = other.buffer_;
  cache_ = other.cache_;
  other.buffer_ = nullptr;
  return *this;
}

void Block::reset() {
  if (buffer_ != nullptr) --buffer_->pins;
  buffer_ = nullptr;
}

void Block::mark(Kind kind) {
  cache_->set_dirty(*buffer_, true, kind);
}

Cache::~Cache() {
  for (uint32_t i = 0; i < capacity_; ++i) release(buffers_[i].bytes);
  release(buffers_);
  release(bucket_);
  release(sorted_);
  release(run_);
}

Status Cache::start(BlockDevice& device, uint32_t block_size, uint32_t capacity) {
  device_ = &device;
  block_size_ = block_size;
  buckets_ = 1;
  while (buckets_ < capacity) buckets_ *= 2;
  buffers_ = static_cast<Buffer*>(allocate(capacity * sizeof(Buffer)));
  bucket_ = static_cast<Buffer**>(allocate(buckets_ * sizeof(Buffer*)));
  sorted_ = static_cast<Buffer**>(allocate(capacity * sizeof(Buffer*)));
  run_ = static_cast<uint8_t*>(allocate(uint64_t{kRun} * block_size));
  if (buffers_ == nullptr || bucket_ == nullptr || sorted_ == nullptr || run_ == nullptr) return Status::OutOfMemory;
  for (uint32_t i = 0; i < buckets_; ++i) bucket_[i] = nullptr;
  ends_.older = ends_.newer = &ends_;
  for (; capacity_ < capacity; ++capacity_) {
    Buffer* buffer = new (&buffers_[capacity_]) Buffer;
    buffer->bytes = static_cast<uint8_t*>(allocate(block_size));
    if (buffer->bytes == nullptr) return Status::OutOfMemory;
    buffer->older = buffer->newer = buffer;
    touch(*buffer);
  }
  return Status::Ok;
}

Buffer* Cache::find(uint32_t block) const {
  Buffer* buffer = bucket_[block & (buckets_ - 1)];
  while (buffer != nullptr && buffer->block != block) buffer = buffer->next_in_bucket;
  return buffer;
}

/// The buffer becomes the one used last.
void Cache::touch(Buffer& buffer) {
  buffer.older->newer = buffer.newer;
  buffer.newer->older = buffer.older;
  buffer.older = ends_.older;
  buffer.newer = &ends_;
  ends_.older->newer = &buffer;
  ends_.older = &buffer;
}

void Cache::set_dirty(Buffer& buffer, bool dirty, Kind kind) {
  staying_ -= must_stay(buffer) ? 1 : 0;
  dirty_ -= buffer.is_dirty ? 1 : 0;
  buffer.is_dirty = dirty;
  buffer.kind = kind;
  dirty_ += dirty ? 1 : 0;
  staying_ += must_stay(buffer) ? 1 : 0;
}

void Cache::forget(Buffer& buffer) {
  if (buffer.block == 0) return;
  set_dirty(buffer, false, buffer.kind);
  buffer.is_fresh = false;
  Buffer** link = &bucket_[buffer.block & (buckets_ - 1)];
  while (*link != &buffer) link = &(*link)->next_in_bucket;
  *link = buffer.next_in_bucket;
  buffer.block = 0;
}

Status Cache::write(Buffer& buffer) {
  if (is_frozen_) return Status::InputOutput;
  const Status status = device_->write(uint64_t{buffer.block} * block_size_, buffer.bytes, block_size_);
  if (status == Status::Ok) set_dirty(buffer, false, buffer.kind);
  return status;
}

/// Finds a buffer for a block that has none: the one that was not used for the longest time and may go.
Status Cache::claim(uint32_t block, Buffer*& buffer) {
  for (buffer = ends_.newer; buffer != &ends_; buffer = buffer->newer) {
    if (buffer->pins != 0 || (must_stay(*buffer) && !is_frozen_)) continue;
    if (buffer->is_dirty && !is_frozen_) {
      if (const Status status = write(*buffer); status != Status::Ok) return status;
    }
    forget(*buffer);
    buffer->block = block;
    buffer->kind = Kind::Data;
    Buffer*& bucket = bucket_[block & (buckets_ - 1)];
    buffer->next_in_bucket = bucket;
    bucket = buffer;
    return Status::Ok;
  }
  return Status::OutOfMemory;
}

void Cache::hand_out(Buffer& buffer, Block& to) {
  touch(buffer);
  ++buffer.pins;
  to.reset();
  to.buffer_ = &buffer;
  to.cache_ = this;
}

Status Cache::get(uint32_t block, Block& to) {
  Buffer* buffer = find(block);
  if (buffer == nullptr) {
    if (const Status status = claim(block, buffer); status != Status::Ok) return status;
    if (const Status status = device_->read(uint64_t{block} * block_size_, buffer->bytes, block_size_);
        status != Status::Ok) {
      forget(*buffer);
      return status;
    }
  }
  hand_out(*buffer, to);
  return Status::Ok;
}

Status Cache::get_unread(uint32_t block, Block& to) {
  Buffer* buffer = find(block);
  if (buffer == nullptr) {
    if (const Status status = claim(block, buffer); status != Status::Ok) return status;
  }
  hand_out(*buffer, to);
  return Status::Ok;
}

Status Cache::make(uint32_t block, Kind kind, Block& to) {
  if (const Status status = get_unread(block, to); status != Status::Ok) return status;
  Buffer& buffer = *to.buffer_;
  memset(buffer.bytes, 0, block_size_);
  set_dirty(buffer, false, kind);
  buffer.is_fresh = true;
  set_dirty(buffer, true, kind);
  return Status::Ok;
}

void Cache::read_ahead(uint32_t block, uint32_t count) {
  if (count > kRun) count = kRun;
  if (count > capacity_ / 4) count = capacity_ / 4;
  uint32_t wanted = 0;
  while (wanted < count && !has(block + wanted)) ++wanted;
  if (wanted < 2) return;
  if (device_->read(uint64_t{block} * block_size_, run_, uint64_t{wanted} * block_size_) != Status::Ok) return;
  for (uint32_t i = 0; i < wanted; ++i) {
    Buffer* buffer = nullptr;
    if (claim(block + i, buffer) != Status::Ok) return;
    memcpy(buffer->bytes, run_ + uint64_t{i} * block_size_, block_size_);
    touch(*buffer);
  }
}

void Cache::discard(uint32_t block) {
  if (Buffer* buffer = find(block); buffer != nullptr && buffer->pins == 0) {
    forget(*buffer);
  } else if (buffer != nullptr) {
    set_dirty(*buffer, false, buffer->kind);
  }
}

bool Cache::is_dirty_directory(uint32_t block) const {
  const Buffer* buffer = find(block);
  return buffer != nullptr && buffer->is_dirty && buffer->kind == Kind::Directory;
}

/// Neighbours go to the device together.
Status Cache::write_sorted(uint32_t count) {
  if (is_frozen_) return Status::InputOutput;
  for (uint32_t gap = count / 2; gap != 0; gap /= 2) {  // Shell's sort
    for (uint32_t i = gap; i < count; ++i) {
      Buffer* moved = sorted_[i];
      uint32_t j = i;
      for (; j >= gap && sorted_[j - gap]->block > moved->block; j -= gap) sorted_[j] = sorted_[j - gap];
      sorted_[j] = moved;
    }
  }
  for (uint32_t i = 0; i < count;) {
    const uint32_t block = sorted_[i]->block;
    uint32_t run = 0;
    for (; i + run < count && run < kRun && sorted_[i + run]->block == block + run; ++run)
      memcpy(run_ + uint64_t{run} * block_size_, sorted_[i + run]->bytes, block_size_);
    const Status status = device_->write(uint64_t{block} * block_size_, run_, uint64_t{run} * block_size_);
    if (status != Status::Ok) return status;
    for (uint32_t end = i + run; i < end; ++i) set_dirty(*sorted_[i], false, sorted_[i]->kind);
  }
  return Status::Ok;
}

void Cache::end_epoch() {
  for (uint32_t i = 0; i < capacity_; ++i) {
    Buffer& buffer = buffers_[i];
    staying_ -= must_stay(buffer) ? 1 : 0;
    buffer.is_fresh = false;
    staying_ += must_stay(buffer) ? 1 : 0;
  }
}

}  // namespace hop::ext2
