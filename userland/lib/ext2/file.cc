// SPDX-License-Identifier: GPL-2.0-or-later
// The bytes of regular files.
#include "userland/lib/ext2/volume.h"
#include "userland/runtime/memory.h"

namespace hop::ext2 {

namespace {
constexpr uint32_t kReadAhead = 16;
}

/// The bytes from an offset on that lie together; none behind the end.
Status Volume::find_piece(uint32_t inode, uint64_t offset, uint64_t length, Piece& piece) {
  InodeHandle handle;
  if (const Status status = load(inode, handle); status != Status::Ok) return status;
  if (handle.is_directory()) return Status::IsDirectory;
  if (handle.type() != kTypeRegular) return Status::Invalid;
  const uint64_t size = size_of(handle), index = offset / layout_.block_size, at = offset % layout_.block_size;
  piece.count = 0;
  if (offset >= size) return Status::Ok;
  uint32_t number = 0;
  if (const Status status = map(handle, index, number); status != Status::Ok) return status;
  if (number != 0 && !cache_.has(number) && next_index_ == index && index != 0) {
    // read in sequence: what follows on the disk, too, if it follows in the file
    uint32_t run = 1, next = 0;
    while (run < kReadAhead && (index + run) * layout_.block_size < size &&
           map(handle, index + run, next) == Status::Ok && next == number + run)
      ++run;
    cache_.read_ahead(number, run);
  }
  next_index_ = index + 1;
  piece.bytes = nullptr;
  if (number != 0) {
    if (const Status status = cache_.get(number, piece.block); status != Status::Ok) return status;
    piece.bytes = piece.block.bytes() + at;
  }
  piece.count = layout_.block_size - at;
  if (piece.count > length) piece.count = length;
  if (piece.count > size - offset) piece.count = size - offset;
  return Status::Ok;
}

Status Volume::check_write(uint32_t inode, uint64_t offset, uint64_t length) {
  InodeHandle handle;
  if (const Status status = load(inode, handle); status != Status::Ok) return status;
  if (handle.is_directory()) return Status::IsDirectory;
  if (handle.type() != kTypeRegular) return Status::Invalid;
  if (is_read_only_) return Status::ReadOnly;
  if ((handle.raw->flags & kInodeImmutable) != 0) return Status::NotPermitted;
  if ((handle.raw->flags & kInodeAppendOnly) != 0 && offset < size_of(handle)) return Status::NotPermitted;
  if (offset > layout_.maximum_size || length > layout_.maximum_size - offset) return Status::FileTooBig;
  return Status::Ok;
}

/// At most to the end of a block.
Status Volume::write_piece(uint32_t inode, uint64_t offset, const uint8_t* bytes, uint64_t count) {
  if (const Status status = begin(); status != Status::Ok) return status;
  InodeHandle handle;
  if (const Status status = load(inode, handle); status != Status::Ok) return status;
  const uint64_t index = offset / layout_.block_size;
  uint32_t blocks = 0;
  if (const Status status = cost(handle, index, blocks); status != Status::Ok) return status;
  if (const Status status = need(blocks, 0); status != Status::Ok) return status;
  Block block;
  uint32_t number = 0;
  Status found = blocks == 0 ? map(handle, index, number) : Status::Ok;
  if (found == Status::Ok && number != 0 && count == layout_.block_size) {
    found = cache_.get_unread(number, block);
  } else if (found == Status::Ok) {
    found = map_new(handle, index, Kind::Data, block);
  }
  if (found != Status::Ok) return finish(found);
  memcpy(block.bytes() + offset % layout_.block_size, bytes, count);
  block.mark(Kind::Data);
  if (offset + count > size_of(handle)) {
    if (const Status status = set_size(handle, offset + count); status != Status::Ok) return finish(status);
  }
  touch(handle, true);
  return Status::Ok;
}

Status Volume::truncate(uint32_t inode, uint64_t size) {
  InodeHandle handle;
  if (const Status status = load(inode, handle); status != Status::Ok) return status;
  if (handle.is_directory()) return Status::IsDirectory;
  if (handle.type() != kTypeRegular) return Status::Invalid;
  if (size > layout_.maximum_size) return Status::FileTooBig;
  if (const Status status = begin(); status != Status::Ok) return status;
  if ((handle.raw->flags & (kInodeImmutable | kInodeAppendOnly)) != 0) return Status::NotPermitted;
  if (size < size_of(handle)) {
    if (const Status status = shrink(handle, size); status != Status::Ok) return status;
  }
  if (const Status status = set_size(handle, size); status != Status::Ok) return finish(status);
  touch(handle, true);
  return Status::Ok;
}

/// Frees what lies behind the size, and clears the rest of the last block, which reads as zero if the file grows again.
Status Volume::shrink(InodeHandle& handle, uint64_t size) {
  const uint64_t kept = (size + layout_.block_size - 1) / layout_.block_size;
  const uint32_t rest = static_cast<uint32_t>(size % layout_.block_size);
  uint32_t last = 0;
  if (rest != 0) {
    if (const Status status = map(handle, size / layout_.block_size, last); status != Status::Ok) return status;
  }
  for (;;) {
    const Status status = free_blocks_from(handle, kept);
    if (status == Status::Ok) break;
    if (status != Status::TryAgain) return finish(status);
    if (const Status committed = commit(); committed != Status::Ok) return committed;
  }
  if (last == 0) return Status::Ok;
  Block block;
  if (const Status status = cache_.get(last, block); status != Status::Ok) return finish(status);
  memset(block.bytes() + rest, 0, layout_.block_size - rest);
  block.mark(Kind::Data);
  return Status::Ok;
}

/// Several inodes may share a block of extended attributes.
Status Volume::free_attributes(InodeHandle& handle) {
  if (handle.raw->attribute_block == 0) return Status::Ok;
  if (!allocator_.is_file_block(handle.raw->attribute_block)) return Status::InputOutput;
  Block block;
  if (const Status status = cache_.get(handle.raw->attribute_block, block); status != Status::Ok) return status;
  auto* header = block.at<AttributeBlock>(0);
  if (header->magic != kAttributeMagic || header->references == 0) return Status::InputOutput;
  if (header->references > 1) {
    --header->references;
    block.mark(Kind::Pointers);
    handle.raw->attribute_block = 0;
    return Status::Ok;
  }
  block.reset();
  return free_one(handle, handle.raw->attribute_block);
}

Status Volume::free_file(InodeHandle& handle) {
  if (!allocator_.has_room_for_frees(1)) return Status::TryAgain;
  if (const Status status = free_attributes(handle); status != Status::Ok) return status;
  const bool is_short_link = handle.type() == kTypeLink && handle.raw->sectors == 0;
  const bool has_blocks = handle.is_directory() || handle.type() == kTypeRegular || handle.type() == kTypeLink;
  if (has_blocks && !is_short_link) {
    if (const Status status = free_blocks_from(handle, 0); status != Status::Ok) return status;
    handle.raw->size = 0;
    if (handle.type() == kTypeRegular && super_.revision != 0) handle.raw->size_high = 0;
  }
  handle.mark();
  return allocator_.free_inode(handle.number, handle.is_directory()) ? Status::Ok : Status::OutOfMemory;
}

}  // namespace hop::ext2
