// SPDX-License-Identifier: GPL-2.0-or-later
// The numbers that follow from a superblock, once it has been found to make sense.
#pragma once
#include "kernel/abi/status.h"
#include "userland/lib/ext2/format.h"

namespace hop::ext2 {

struct Layout {
  uint32_t block_size = 0;
  uint32_t first_block = 0, end_block = 0;  ///< those that groups are made of
  uint32_t blocks_per_group = 0, inodes_per_group = 0, groups = 0;
  uint32_t inodes = 0, inode_size = 0, first_inode = 0;  ///< first_inode: lower ones are not given to files
  uint32_t descriptor_block = 0, descriptor_blocks = 0, table_blocks = 0;
  uint32_t pointers = 0;      ///< in a block
  uint32_t extra_size = 0;    ///< of new inodes
  uint64_t maximum_size = 0;  ///< of a file
  bool has_types = false;     ///< directory entries say the type of the file

  [[nodiscard]] uint32_t group_of_block(uint32_t block) const { return (block - first_block) / blocks_per_group; }
  [[nodiscard]] uint32_t group_start(uint32_t group) const { return first_block + group * blocks_per_group; }
  [[nodiscard]] uint32_t group_blocks(uint32_t group) const {
    const uint32_t rest = end_block - group_start(group);
    return rest < blocks_per_group ? rest : blocks_per_group;
  }
  [[nodiscard]] uint32_t group_of_inode(uint32_t inode) const { return (inode - 1) / inodes_per_group; }
  [[nodiscard]] uint32_t sectors_per_block() const { return block_size / kSectorSize; }
};

/// Invalid: not an ext2 that can be mounted. reason says why in words; if Ok, it is null, or why it must not be
/// written.
[[nodiscard]] Status read_layout(const SuperBlock& super, uint64_t device_size, Layout& layout, const char*& reason);

}  // namespace hop::ext2
