// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/lib/ext2/allocator.h"

#include "userland/runtime/memory.h"

namespace hop::ext2 {

Allocator::~Allocator() {
  release(runs_);
}

/// Bitmaps and table lie in the group, and no count is more than there is.
bool Allocator::is_good(const GroupDescriptor& group, uint32_t number) const {
  const uint32_t end = layout_.group_start(number) + layout_.group_blocks(number);
  const uint32_t start =
      number == 0 ? layout_.descriptor_block + layout_.descriptor_blocks : layout_.group_start(number);
  const auto is_block = [&](uint32_t block) { return block >= start && block < end; };
  if (!is_block(group.block_bitmap) || !is_block(group.inode_bitmap) || !is_block(group.inode_table)) return false;
  if (end - group.inode_table < layout_.table_blocks) return false;
  return group.free_blocks <= layout_.group_blocks(number) && group.free_inodes <= layout_.inodes_per_group;
}

Status Allocator::start() {
  runs_ = static_cast<Run*>(allocate(kRuns * sizeof(Run)));
  if (runs_ == nullptr) return Status::OutOfMemory;
  const uint32_t in_block = layout_.block_size / sizeof(GroupDescriptor);
  Block block;
  for (uint32_t number = 0; number < layout_.groups; ++number) {
    if (number % in_block == 0) {
      const Status status = cache_.get(layout_.descriptor_block + number / in_block, block);
      if (status != Status::Ok) return status;
    }
    const GroupDescriptor& group = *block.at<GroupDescriptor>(number % in_block * sizeof(GroupDescriptor));
    if (!is_good(group, number)) return Status::InputOutput;
    if (!groups_.push_back(group)) return Status::OutOfMemory;
    free_blocks_ += group.free_blocks;
    free_inodes_ += group.free_inodes;
  }
  return Status::Ok;
}

bool Allocator::is_file_block(uint32_t block) const {
  if (block < layout_.descriptor_block + layout_.descriptor_blocks || block >= layout_.end_block) return false;
  const GroupDescriptor& group = groups_[layout_.group_of_block(block)];
  if (block == group.block_bitmap || block == group.inode_bitmap) return false;
  return block < group.inode_table || block - group.inode_table >= layout_.table_blocks;
}

Status Allocator::store(uint32_t group) {
  const uint32_t in_block = layout_.block_size / sizeof(GroupDescriptor);
  Block block;
  if (const Status status = cache_.get(layout_.descriptor_block + group / in_block, block); status != Status::Ok)
    return status;
  *block.at<GroupDescriptor>(group % in_block * sizeof(GroupDescriptor)) = groups_[group];
  block.mark(Kind::Bitmap);
  return Status::Ok;
}

/// Sets the first clear bit of [from, end). NoSpace: all are set.
Status Allocator::take_bit(uint32_t bitmap, uint32_t from, uint32_t end, uint32_t& bit) {
  Block block;
  if (const Status status = cache_.get(bitmap, block); status != Status::Ok) return status;
  const uint8_t* bytes = block.bytes();
  for (bit = from; bit < end;) {
    if (bit % 8 == 0 && bytes[bit / 8] == 0xff) {
      bit += 8;
    } else if ((bytes[bit / 8] >> bit % 8 & 1) != 0) {
      ++bit;
    } else {
      block.bytes()[bit / 8] |= static_cast<uint8_t>(1u << bit % 8);
      block.mark(Kind::Bitmap);
      return Status::Ok;
    }
  }
  return Status::NoSpace;
}

Status Allocator::allocate_block(uint32_t goal, uint32_t& block) {
  if (goal < layout_.first_block || goal >= layout_.end_block) goal = layout_.first_block;
  const uint32_t first = layout_.group_of_block(goal);
  // the goal's group from the goal on, the other groups, the goal's group from its start
  for (uint32_t step = 0; step <= layout_.groups; ++step) {
    const uint32_t number = (first + step) % layout_.groups;
    GroupDescriptor& group = groups_[number];
    if (group.free_blocks == 0) continue;
    const uint32_t start = layout_.group_start(number);
    uint32_t bit = 0;
    const Status status = take_bit(group.block_bitmap, step == 0 ? goal - start : 0, layout_.group_blocks(number), bit);
    if (status == Status::NoSpace && step == 0) continue;
    if (status != Status::Ok) return Status::InputOutput;
    block = start + bit;
    if (!is_file_block(block)) return Status::InputOutput;
    --group.free_blocks;
    --free_blocks_;
    return store(number);
  }
  return Status::InputOutput;
}

uint32_t Allocator::emptiest_group() const {
  uint32_t best = 0, most = 0;
  for (uint32_t number = 0; number < layout_.groups; ++number) {
    if (groups_[number].free_inodes == 0 || groups_[number].free_blocks <= most) continue;
    most = groups_[number].free_blocks;
    best = number;
  }
  return best;
}

Status Allocator::take_inode(uint32_t group, bool is_directory, uint32_t& inode) {
  const uint32_t reserved = group == 0 ? layout_.first_inode - 1 : 0;
  uint32_t bit = 0;
  const Status status = take_bit(groups_[group].inode_bitmap, reserved, layout_.inodes_per_group, bit);
  if (status != Status::Ok) return Status::InputOutput;
  inode = group * layout_.inodes_per_group + bit + 1;
  --groups_[group].free_inodes;
  --free_inodes_;
  if (is_directory) ++groups_[group].directories;
  return store(group);
}

Status Allocator::allocate_inode(uint32_t parent, bool is_directory, uint32_t& inode) {
  const uint32_t first = is_directory ? emptiest_group() : layout_.group_of_inode(parent);
  for (uint32_t step = 0; step < layout_.groups; ++step) {
    const uint32_t group = (first + step) % layout_.groups;
    if (groups_[group].free_inodes != 0) return take_inode(group, is_directory, inode);
  }
  return Status::InputOutput;
}

void Allocator::free_block(uint32_t block) {
  cache_.discard(block);
  ++pending_blocks_;
  if (run_count_ != 0) {
    Run& last = runs_[run_count_ - 1];
    if (block == last.start + last.count) {
      ++last.count;
      return;
    }
    if (block + 1 == last.start) {  // files are freed from their ends
      --last.start;
      ++last.count;
      return;
    }
  }
  runs_[run_count_++] = {block, 1};
}

bool Allocator::free_inode(uint32_t inode, bool is_directory) {
  return inodes_.push_back({inode, is_directory});
}

Status Allocator::apply_block(uint32_t block, bool& damaged) {
  const uint32_t number = layout_.group_of_block(block), bit = block - layout_.group_start(number);
  Block bitmap;
  if (const Status status = cache_.get(groups_[number].block_bitmap, bitmap); status != Status::Ok) return status;
  uint8_t& byte = bitmap.bytes()[bit / 8];
  if ((byte >> bit % 8 & 1) == 0) {
    damaged = true;
    return Status::Ok;
  }
  byte &= static_cast<uint8_t>(~(1u << bit % 8));
  bitmap.mark(Kind::Bitmap);
  if (groups_[number].free_blocks == layout_.group_blocks(number)) {
    damaged = true;
    return Status::Ok;
  }
  ++groups_[number].free_blocks;
  ++free_blocks_;
  return store(number);
}

Status Allocator::apply_inode(const FreedInode& freed, bool& damaged) {
  const uint32_t number = layout_.group_of_inode(freed.inode), bit = (freed.inode - 1) % layout_.inodes_per_group;
  GroupDescriptor& group = groups_[number];
  Block bitmap;
  if (const Status status = cache_.get(group.inode_bitmap, bitmap); status != Status::Ok) return status;
  uint8_t& byte = bitmap.bytes()[bit / 8];
  if ((byte >> bit % 8 & 1) == 0 || group.free_inodes == layout_.inodes_per_group ||
      (freed.is_directory && group.directories == 0)) {
    damaged = true;
    return Status::Ok;
  }
  byte &= static_cast<uint8_t>(~(1u << bit % 8));
  bitmap.mark(Kind::Bitmap);
  ++group.free_inodes;
  ++free_inodes_;
  if (freed.is_directory) --group.directories;
  return store(number);
}

Status Allocator::apply_frees(bool& damaged) {
  for (uint32_t i = 0; i < run_count_; ++i) {
    for (uint32_t block = runs_[i].start; block < runs_[i].start + runs_[i].count; ++block) {
      if (const Status status = apply_block(block, damaged); status != Status::Ok) return status;
    }
  }
  for (const FreedInode& freed : inodes_) {
    if (const Status status = apply_inode(freed, damaged); status != Status::Ok) return status;
  }
  run_count_ = pending_blocks_ = 0;
  inodes_.shrink(0);
  return Status::Ok;
}

}  // namespace hop::ext2
