// SPDX-License-Identifier: GPL-2.0-or-later
// From the number of a block in its file to its number on the disk: twelve pointers in the inode, and trees of pointer
// blocks of one, two and three levels.
#include "userland/lib/ext2/volume.h"
#include "userland/runtime/memory.h"

namespace hop::ext2 {

namespace {

/// The way from the inode to a block: a pointer in it, then one in each pointer block.
struct Path {
  uint32_t slot[1 + kIndirectLevels];
  uint32_t levels;  ///< of pointer blocks
};

bool find_path(uint64_t index, uint64_t pointers, Path& path) {
  if (index < kDirectBlocks) {
    path = {{static_cast<uint32_t>(index)}, 0};
    return true;
  }
  index -= kDirectBlocks;
  uint64_t span = pointers;  // blocks that a tree of this height maps
  for (uint32_t levels = 1; levels <= kIndirectLevels; ++levels, span *= pointers) {
    if (index >= span) {
      index -= span;
      continue;
    }
    path.levels = levels;
    path.slot[0] = kDirectBlocks + levels - 1;
    for (uint32_t i = levels; i != 0; --i, index /= pointers) path.slot[i] = static_cast<uint32_t>(index % pointers);
    return true;
  }
  return false;
}

}  // namespace

Status Volume::map(InodeHandle& handle, uint64_t index, uint32_t& block) {
  Path path;
  if (!find_path(index, layout_.pointers, path)) return Status::FileTooBig;
  block = handle.raw->block[path.slot[0]];
  Block pointers;
  for (uint32_t level = 1; level <= path.levels && block != 0; ++level) {
    if (!allocator_.is_file_block(block)) return Status::InputOutput;
    if (const Status status = cache_.get(block, pointers); status != Status::Ok) return status;
    block = *pointers.at<uint32_t>(path.slot[level] * 4);
  }
  return block == 0 || allocator_.is_file_block(block) ? Status::Ok : Status::InputOutput;
}

Status Volume::cost(InodeHandle& handle, uint64_t index, uint32_t& blocks) {
  Path path;
  if (!find_path(index, layout_.pointers, path)) return Status::FileTooBig;
  uint32_t block = handle.raw->block[path.slot[0]];
  Block pointers;
  uint32_t level = 0;
  for (; block != 0; ++level) {
    if (!allocator_.is_file_block(block)) return Status::InputOutput;
    if (level == path.levels) break;
    if (const Status status = cache_.get(block, pointers); status != Status::Ok) return status;
    block = *pointers.at<uint32_t>(path.slot[level + 1] * 4);
  }
  blocks = block != 0 ? 0 : path.levels - level + 1;
  return Status::Ok;
}

Status Volume::allocate_for(InodeHandle& handle, uint32_t goal, Kind kind, Block& block) {
  uint32_t number = 0;
  if (const Status status = allocator_.allocate_block(goal, number); status != Status::Ok) return status;
  if (const Status status = cache_.make(number, kind, block); status != Status::Ok) return status;
  handle.raw->sectors += layout_.sectors_per_block();
  handle.mark();
  return Status::Ok;
}

Status Volume::map_new(InodeHandle& handle, uint64_t index, Kind kind, Block& block) {
  Path path;
  if (!find_path(index, layout_.pointers, path)) return Status::FileTooBig;
  // a new block wants to lie behind the one before it in the file
  uint32_t goal = 0;
  if (index != 0) {
    if (const Status status = map(handle, index - 1, goal); status != Status::Ok) return status;
  }
  goal = goal != 0 ? goal + 1 : allocator_.group_goal(layout_.group_of_inode(handle.number));

  Block holder;  // of the pointer that is looked at, unless that is in the inode
  for (uint32_t level = 0;; ++level) {
    uint32_t* pointer = level == 0 ? &handle.raw->block[path.slot[0]] : holder.at<uint32_t>(path.slot[level] * 4);
    if (*pointer != 0) {
      if (!allocator_.is_file_block(*pointer)) return Status::InputOutput;
      if (const Status status = cache_.get(*pointer, block); status != Status::Ok) return status;
    } else {
      const Kind made = level == path.levels ? kind : Kind::Pointers;
      if (const Status status = allocate_for(handle, goal, made, block); status != Status::Ok) return status;
      goal = block.number() + 1;
      *pointer = block.number();
      if (level != 0) holder.mark(Kind::Pointers);
    }
    if (level == path.levels) return Status::Ok;
    holder = static_cast<Block&&>(block);
  }
}

/// Frees the block that a pointer leads to.
Status Volume::free_one(InodeHandle& handle, uint32_t& pointer) {
  if (!allocator_.is_file_block(pointer) || handle.raw->sectors < layout_.sectors_per_block())
    return Status::InputOutput;
  handle.raw->sectors -= layout_.sectors_per_block();
  handle.mark();
  allocator_.free_block(pointer);
  pointer = 0;
  return Status::Ok;
}

/// Frees what the pointer leads to, but for the first `kept` blocks. depth: levels of pointer blocks. An inode that has
/// more blocks than its count says ends this, so that blocks that contain themselves do.
Status Volume::free_tree(InodeHandle& handle, uint32_t& pointer, uint32_t depth, uint64_t kept) {
  if (pointer == 0) return Status::Ok;
  if (depth == 0) return free_one(handle, pointer);
  if (!allocator_.is_file_block(pointer)) return Status::InputOutput;
  uint64_t span = 1;
  for (uint32_t i = 1; i < depth; ++i) span *= layout_.pointers;
  {
    Block block;
    if (const Status status = cache_.get(pointer, block); status != Status::Ok) return status;
    const auto first = static_cast<uint32_t>(kept / span);
    for (uint32_t i = layout_.pointers; i-- != first;) {
      uint32_t& inner = *block.at<uint32_t>(i * 4);
      if (inner == 0) continue;
      if (!allocator_.has_room_for_frees(1 + kIndirectLevels)) return Status::TryAgain;
      const Status status = free_tree(handle, inner, depth - 1, i == first ? kept - first * span : 0);
      block.mark(Kind::Pointers);
      if (status != Status::Ok) return status;
      if (cache_.is_crowded()) return Status::TryAgain;
    }
  }
  return kept == 0 ? free_one(handle, pointer) : Status::Ok;
}

Status Volume::free_blocks_from(InodeHandle& handle, uint64_t kept) {
  uint64_t first[kIndirectLevels];  // block of the file that each tree begins with
  uint64_t start = kDirectBlocks, span = layout_.pointers;
  for (uint32_t level = 0; level < kIndirectLevels; ++level, start += span, span *= layout_.pointers)
    first[level] = start;
  for (uint32_t level = kIndirectLevels; level-- != 0;) {
    const uint64_t end = level + 1 < kIndirectLevels ? first[level + 1] : ~uint64_t{0};
    if (kept >= end) continue;
    const uint64_t inner = kept > first[level] ? kept - first[level] : 0;
    const Status status = free_tree(handle, handle.raw->block[kDirectBlocks + level], level + 1, inner);
    if (status != Status::Ok) return status;
  }
  for (uint32_t i = kDirectBlocks; i-- > kept;) {
    if (handle.raw->block[i] == 0) continue;
    if (!allocator_.has_room_for_frees(1)) return Status::TryAgain;
    if (const Status status = free_one(handle, handle.raw->block[i]); status != Status::Ok) return status;
  }
  return Status::Ok;
}

}  // namespace hop::ext2
