// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/files/content.h"

#include "userland/runtime/memory.h"

namespace hop::files {

namespace {

constexpr uint64_t kPage = 4096, kBlock = 512;

uint64_t pages(uint64_t bytes) {
  return (bytes + kPage - 1) / kPage;
}
uint64_t smaller(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

}  // namespace

Content::~Content() {
  for (uint8_t* chunk : chunks_) release(chunk);
}

void Content::set_original(const uint8_t* bytes, uint64_t size) {
  original_ = bytes;
  original_size_ = size_ = size;
}

uint64_t Content::blocks() const {
  uint64_t found = 0;
  for (uint64_t start = 0; start < size_; start += kChunk) {
    const uint64_t index = start / kChunk;
    const bool is_owned = index < chunks_.size() && chunks_[index] != nullptr;
    const uint64_t end = is_owned ? size_ : smaller(size_, original_size_);
    if (end <= start && !is_owned) {
      if (index >= chunks_.size()) break;
      continue;
    }
    found += pages(smaller(end - start, kChunk));
  }
  return found * (kPage / kBlock);
}

Content::Piece Content::find(uint64_t offset, uint64_t limit) const {
  const uint64_t index = offset / kChunk, at = offset % kChunk;
  const uint64_t count = smaller(limit, kChunk - at);
  if (index < chunks_.size() && chunks_[index] != nullptr) return {chunks_[index] + at, count};
  if (offset < original_size_) return {original_ + offset, smaller(count, original_size_ - offset)};
  return {nullptr, count};
}

/// The chunk, made from what the file reads as there if it does not exist yet.
uint8_t* Content::own_chunk(uint64_t index) {
  if (index >= chunks_.size() && !chunks_.resize(index + 1, nullptr)) return nullptr;
  if (chunks_[index] != nullptr) return chunks_[index];
  auto* chunk = static_cast<uint8_t*>(allocate(kChunk));
  if (chunk == nullptr) return nullptr;
  const uint64_t start = index * kChunk;
  const uint64_t kept = start < original_size_ ? smaller(kChunk, original_size_ - start) : 0;
  if (kept != 0) memcpy(chunk, original_ + start, kept);
  memset(chunk + kept, 0, kChunk - kept);
  chunks_[index] = chunk;
  return chunk;
}

Status Content::truncate(uint64_t size) {
  if (size > kMaximumSize) return Status::FileTooBig;
  if (size < size_) {
    const uint64_t kept = (size + kChunk - 1) / kChunk;
    for (uint64_t i = kept; i < chunks_.size(); ++i) release(chunks_[i]);
    if (kept < chunks_.size() && !chunks_.resize(kept, nullptr)) return Status::NoSpace;
    // a file that grows again reads zeros there
    if (size % kChunk != 0 && kept == chunks_.size() && chunks_[kept - 1] != nullptr) {
      memset(chunks_[kept - 1] + size % kChunk, 0, kChunk - size % kChunk);
    }
    original_size_ = smaller(original_size_, size);
  }
  size_ = size;
  return Status::Ok;
}

}  // namespace hop::files
