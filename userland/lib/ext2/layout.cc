// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/lib/ext2/layout.h"

namespace hop::ext2 {

namespace {

constexpr uint32_t kFirstInodeOfRevision0 = 11, kInodeSizeOfRevision0 = 128;
constexpr uint32_t kLargestLogBlockSize = 2;

bool is_power_of_two(uint32_t number) {
  return number != 0 && (number & (number - 1)) == 0;
}

const char* find_mistake(const SuperBlock& super, uint64_t device_size) {
  if (super.magic != kMagic) return "no ext2 superblock";
  if (super.revision > 1) return "a revision of ext2 above 1";
  if (super.revision == 1 && (super.incompatible & ~kKnownIncompatible) != 0)
    return "incompatible features other than filetype (ext3 with a dirty journal, ext4)";
  if (super.log_block_size > kLargestLogBlockSize) return "blocks larger than 4096 bytes";
  const uint32_t size = 1024u << super.log_block_size;
  if (super.first_data_block != (size == 1024 ? 1u : 0u)) return "a superblock with a wrong first data block";
  if (super.blocks <= super.first_data_block + 4 || super.blocks > device_size / size)
    return "more blocks than the device has";
  if (super.blocks_per_group < 8 || super.blocks_per_group > 8 * size) return "a superblock with a wrong group size";
  const uint32_t inode_size = super.revision == 0 ? kInodeSizeOfRevision0 : super.inode_size;
  if (!is_power_of_two(inode_size) || inode_size < kInodeSizeOfRevision0 || inode_size > size)
    return "a superblock with a wrong inode size";
  if (super.inodes_per_group == 0 || super.inodes_per_group > 8 * size ||
      super.inodes_per_group % (size / inode_size) != 0)
    return "a superblock with a wrong number of inodes in a group";
  if (super.inodes_per_group / (size / inode_size) >= super.blocks_per_group)
    return "a superblock with a wrong number of inodes in a group";
  if (super.revision == 1 && (super.first_inode < kFirstInodeOfRevision0 || super.first_inode > super.inodes_per_group))
    return "a superblock with a wrong first inode";
  const uint64_t groups =
      (uint64_t{super.blocks} - super.first_data_block + super.blocks_per_group - 1) / super.blocks_per_group;
  if (groups * super.inodes_per_group != super.inodes) return "a superblock with a wrong number of inodes";
  return nullptr;
}

}  // namespace

Status read_layout(const SuperBlock& super, uint64_t device_size, Layout& layout, const char*& reason) {
  reason = find_mistake(super, device_size);
  if (reason != nullptr) return Status::Invalid;
  const bool is_dynamic = super.revision == 1;
  layout.block_size = 1024u << super.log_block_size;
  layout.first_block = super.first_data_block;
  layout.end_block = super.blocks;
  layout.blocks_per_group = super.blocks_per_group;
  layout.inodes_per_group = super.inodes_per_group;
  layout.inodes = super.inodes;
  layout.groups = super.inodes / super.inodes_per_group;
  layout.inode_size = is_dynamic ? super.inode_size : kInodeSizeOfRevision0;
  layout.first_inode = is_dynamic ? super.first_inode : kFirstInodeOfRevision0;
  layout.descriptor_block = super.first_data_block + 1;
  const uint64_t descriptor_bytes = uint64_t{layout.groups} * sizeof(GroupDescriptor);
  layout.descriptor_blocks = static_cast<uint32_t>((descriptor_bytes + layout.block_size - 1) / layout.block_size);
  layout.table_blocks = layout.inodes_per_group / (layout.block_size / layout.inode_size);
  layout.pointers = layout.block_size / 4;
  layout.has_types = is_dynamic && (super.incompatible & kIncompatibleFileType) != 0;
  if (layout.inode_size >= sizeof(Inode) + sizeof(InodeExtra)) {
    layout.extra_size = sizeof(InodeExtra);
    const uint32_t wanted = super.wanted_extra_size, room = layout.inode_size - sizeof(Inode);
    if (wanted > layout.extra_size && wanted <= room && wanted % 4 == 0) layout.extra_size = wanted;
  }

  const uint64_t p = layout.pointers;
  const uint64_t by_pointers = (kDirectBlocks + p + p * p + p * p * p) * layout.block_size;
  const uint64_t by_sectors = (uint64_t{1} << 41) - (uint64_t{1} << 32);  // 32 bits of sectors, with the pointer blocks
  layout.maximum_size = by_pointers < by_sectors ? by_pointers : by_sectors;
  if (!is_dynamic) layout.maximum_size = INT32_MAX;  // its inodes have 31 bits of size

  if (layout.descriptor_blocks + 3 >= layout.group_blocks(0)) {
    reason = "a superblock with a wrong group size";
    return Status::Invalid;
  }
  if (is_dynamic && (super.read_only_compatible & ~kKnownReadOnly) != 0) {
    reason = "it has features that are known for reading only";
  } else if ((super.state & kStateValid) == 0 || (super.state & kStateErrors) != 0 ||
             (is_dynamic && super.last_orphan != 0)) {
    reason = "it was not unmounted cleanly; run e2fsck";
  }
  return Status::Ok;
}

}  // namespace hop::ext2
