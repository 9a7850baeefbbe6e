// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/files/content.h"

#include <new>

#include "userland/runtime/memory.h"
#include "userland/runtime/pages.h"

namespace hop::files {

namespace {

constexpr uint64_t kSmallest = 256;

uint64_t smaller(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}
constexpr uint64_t whole_pages(uint64_t bytes) {
  return (bytes + Content::kPage - 1) / Content::kPage;
}
/// The pages that [from, to) of a chunk touches.
uint16_t page_bits(uint64_t from, uint64_t to) {
  if (from >= to) return 0;
  const uint64_t below_end = (uint64_t{1} << whole_pages(to)) - 1,
                 below_start = (uint64_t{1} << from / Content::kPage) - 1;
  return static_cast<uint16_t>(below_end & ~below_start);
}
unsigned bits_in(uint32_t word) {
  unsigned count = 0;
  for (; word != 0; word &= word - 1) ++count;
  return count;
}

/// Zero, as map_pages gives it.
uint8_t* allocate_zero(uint64_t bytes) {
  if (!has_room_for(bytes)) return nullptr;
  if (bytes == Content::kChunk) return static_cast<uint8_t*>(map_pages(bytes));
  auto* block = static_cast<uint8_t*>(allocate(bytes));
  if (block != nullptr) memset(block, 0, bytes);
  return block;
}

void release_bytes(uint8_t* bytes, uint64_t capacity) {
  if (capacity == Content::kChunk) return unmap_pages(bytes, capacity);
  release(bytes);
}

}  // namespace

void Content::set_original(const uint8_t* bytes, uint64_t size) {
  original_ = bytes;
  original_size_ = size_ = size;
  count_pages();
}

const Content::Chunk* Content::chunk(uint64_t index) const {
  if (index == 0) return first_.bytes == nullptr ? nullptr : &first_;
  const uint64_t leaf = (index - 1) / kLeafChunks;
  if (leaf >= leaves_.size() || leaves_[leaf] == nullptr) return nullptr;
  const Chunk& found = leaves_[leaf]->chunks[(index - 1) % kLeafChunks];
  return found.bytes == nullptr ? nullptr : &found;
}

Content::Chunk* Content::make_chunk(uint64_t index) {
  if (index == 0) return &first_;
  const uint64_t number = (index - 1) / kLeafChunks;
  if (number >= leaves_.size() && !leaves_.resize(number + 1, nullptr)) return nullptr;
  Leaf*& leaf = leaves_[number];
  if (leaf == nullptr) {
    void* memory = allocate(sizeof(Leaf));
    if (memory == nullptr) return nullptr;
    leaf = new (memory) Leaf;
  }
  return &leaf->chunks[(index - 1) % kLeafChunks];
}

/// The bytes that the original has in the chunk at that offset.
uint64_t Content::original_in(uint64_t start) const {
  return start < original_size_ ? smaller(kChunk, original_size_ - start) : 0;
}

Content::Piece Content::find(uint64_t offset, uint64_t limit) const {
  const uint64_t at = offset % kChunk;
  const uint64_t count = smaller(limit, kChunk - at);
  if (const Chunk* owned = chunk(offset / kChunk); owned != nullptr) {
    if (at >= owned->capacity) return {nullptr, count};
    return {owned->bytes + at, smaller(count, owned->capacity - at)};
  }
  if (offset < original_size_) return {original_ + offset, smaller(count, original_size_ - offset)};
  return {nullptr, count};
}

/// Gives the chunk its first bytes, what the file reads as there, or more of them.
bool Content::grow(Chunk& chunk, uint64_t start, uint64_t capacity) {
  uint8_t* bytes = allocate_zero(capacity);
  if (bytes == nullptr) return false;
  if (chunk.bytes != nullptr) {
    memcpy(bytes, chunk.bytes, chunk.capacity);
    release_bytes(chunk.bytes, chunk.capacity);
  } else if (const uint64_t kept = original_in(start); kept != 0) {
    memcpy(bytes, original_ + start, kept);
    chunk.pages = page_bits(0, kept);  // counted already
  }
  chunk.bytes = bytes;
  chunk.capacity = static_cast<uint32_t>(capacity);
  return true;
}

/// Where [offset, offset + count), which lies in one chunk, may be written; nullptr: no memory.
uint8_t* Content::own(uint64_t offset, uint64_t count) {
  const uint64_t index = offset / kChunk, at = offset % kChunk, start = offset - at;
  Chunk* owned = make_chunk(index);
  if (owned == nullptr) return nullptr;
  if (at + count > owned->capacity) {
    const uint64_t kept = original_in(start), wanted = at + count > kept ? at + count : kept;
    uint64_t capacity = index == 0 ? kSmallest : kChunk;
    while (capacity < wanted) capacity *= 2;
    if (!grow(*owned, start, capacity)) return nullptr;
  }
  return owned->bytes + at;
}

void Content::note_written(uint64_t offset, uint64_t count) {
  if (count == 0) return;
  Chunk& owned = *make_chunk(offset / kChunk);
  const uint16_t pages = page_bits(offset % kChunk, offset % kChunk + count);
  pages_ += bits_in(pages & ~uint32_t{owned.pages});
  owned.pages |= pages;
  if (offset + count > size_) size_ = offset + count;
}

void Content::drop(Chunk& chunk) {
  if (chunk.bytes != nullptr) release_bytes(chunk.bytes, chunk.capacity);
  chunk = {};
}

/// Drops the chunks from number `first` on.
void Content::drop_chunks(uint64_t first) {
  if (first == 0) {
    drop(first_);
    first = 1;
  }
  const uint64_t kept_leaves = (first - 1 + kLeafChunks - 1) / kLeafChunks;
  for (uint64_t leaf = (first - 1) / kLeafChunks; leaf < leaves_.size(); ++leaf) {
    if (leaves_[leaf] == nullptr) continue;
    const uint64_t start = leaf < kept_leaves ? (first - 1) % kLeafChunks : 0;
    for (uint64_t i = start; i < kLeafChunks; ++i) drop(leaves_[leaf]->chunks[i]);
    if (leaf >= kept_leaves) release(leaves_[leaf]);
  }
  if (kept_leaves < leaves_.size()) leaves_.shrink(kept_leaves);
}

void Content::count_pages() {
  pages_ = 0;
  for (uint64_t start = 0; start < original_size_; start += kChunk) {
    if (chunk(start / kChunk) == nullptr) pages_ += whole_pages(original_in(start));
  }
  pages_ += bits_in(first_.pages);
  for (const Leaf* leaf : leaves_) {
    for (uint64_t i = 0; leaf != nullptr && i < kLeafChunks; ++i) pages_ += bits_in(leaf->chunks[i].pages);
  }
}

Status Content::truncate(uint64_t size) {
  if (size > kMaximumSize) return Status::FileTooBig;
  if (size < size_) {
    original_size_ = smaller(original_size_, size);
    drop_chunks((size + kChunk - 1) / kChunk);
    // a file that grows again reads zeros there
    const uint64_t at = size % kChunk;
    if (at != 0 && chunk(size / kChunk) != nullptr) {
      Chunk& last = *make_chunk(size / kChunk);
      if (at < last.capacity) memset(last.bytes + at, 0, last.capacity - at);
      last.pages &= page_bits(0, at);
    }
    count_pages();
  }
  size_ = size;
  return Status::Ok;
}

}  // namespace hop::files
