// SPDX-License-Identifier: GPL-2.0-or-later
// ext2 as it is on a disk: little-endian, block numbers of 32 bits. Sources: D. Poirier, "The Second Extended File
// System: Internal Layout"; Linux, Documentation/filesystems/ext2.rst and ext4/ (for inodes of more than 128 bytes).
#pragma once
#include <cstdint>

namespace hop::ext2 {

constexpr uint64_t kSuperBlockOffset = 1024, kSuperBlockSize = 1024;
constexpr uint16_t kMagic = 0xef53;
constexpr uint32_t kSectorSize = 512;  ///< the unit of Inode::sectors
constexpr uint32_t kRootInode = 2;
constexpr uint32_t kDirectBlocks = 12, kIndirectLevels = 3;
constexpr uint32_t kMaximumName = 255;
constexpr uint32_t kMaximumLinks = 32000;
constexpr uint32_t kFastLinkSize = 60;  ///< a target that is shorter lies in the inode

constexpr uint16_t kStateValid = 1, kStateErrors = 2;

// Features. A compatible one may be ignored, a read-only compatible one forbids writing if it is not known, an
// incompatible one forbids mounting.
constexpr uint32_t kIncompatibleFileType = 0x2;
constexpr uint32_t kReadOnlySparseSuper = 0x1, kReadOnlyLargeFile = 0x2;
constexpr uint32_t kKnownIncompatible = kIncompatibleFileType;
constexpr uint32_t kKnownReadOnly = kReadOnlySparseSuper | kReadOnlyLargeFile;

struct SuperBlock {
  uint32_t inodes, blocks, reserved_blocks, free_blocks, free_inodes, first_data_block, log_block_size,
      log_fragment_size, blocks_per_group, fragments_per_group, inodes_per_group, mount_time, write_time;
  uint16_t mounts, maximum_mounts, magic, state, errors, minor_revision;
  uint32_t last_check, check_interval, creator, revision;
  uint16_t reserved_uid, reserved_gid;
  // from here on only in revision 1
  uint32_t first_inode;
  uint16_t inode_size, group_number;
  uint32_t compatible, incompatible, read_only_compatible;
  uint8_t uuid[16];
  char volume_name[16], last_mounted[64];
  uint32_t compression;
  uint8_t preallocated_blocks, preallocated_directory_blocks;
  uint16_t reserved_descriptor_blocks;
  uint8_t journal_uuid[16];
  uint32_t journal_inode, journal_device, last_orphan;
  uint8_t unused0[0x15c - 0xec];
  uint16_t minimum_extra_size, wanted_extra_size;
  uint8_t unused1[kSuperBlockSize - 0x160];
};
static_assert(sizeof(SuperBlock) == kSuperBlockSize);
static_assert(__builtin_offsetof(SuperBlock, first_inode) == 0x54);
static_assert(__builtin_offsetof(SuperBlock, last_orphan) == 0xe8);

struct GroupDescriptor {
  uint32_t block_bitmap, inode_bitmap, inode_table;
  uint16_t free_blocks, free_inodes, directories, padding;
  uint32_t reserved[3];
};
static_assert(sizeof(GroupDescriptor) == 32);

constexpr uint32_t kInodeImmutable = 0x10, kInodeAppendOnly = 0x20, kInodeHashedDirectory = 0x1000;

struct Inode {
  uint16_t mode, uid;
  uint32_t size, access_time, change_time, modify_time, deletion_time;
  uint16_t gid, links;
  uint32_t sectors;  ///< of 512 bytes, with those of pointer blocks
  uint32_t flags, creator1;
  uint32_t block[kDirectBlocks + kIndirectLevels];
  uint32_t generation, attribute_block, size_high, fragment;
  uint16_t fragment_size, padding, uid_high, gid_high;
  uint32_t creator2;
};
static_assert(sizeof(Inode) == 128);

/// Behind the inode, if inodes are larger than 128 bytes; `size` says how much of it (itself included) there is. An
/// extra time has nanoseconds in its upper 30 bits, bits 32 and 33 of the seconds in the lower two.
struct InodeExtra {
  uint16_t size, checksum_high;
  uint32_t change_time, modify_time, access_time, creation_time, creation_time_extra;
};
static_assert(sizeof(InodeExtra) == 24);

struct DirectoryEntry {
  uint32_t inode;  ///< 0: not in use
  uint16_t record_length;
  uint8_t name_length;
  uint8_t type;  ///< with the feature filetype; else 0, the upper half of the name's length
  char name[1];
};
constexpr uint32_t kEntryHeader = 8;
constexpr uint32_t entry_size(uint32_t name_length) {
  return (kEntryHeader + name_length + 3) / 4 * 4;
}

/// The header of a block of extended attributes, which inodes may share.
struct AttributeBlock {
  uint32_t magic, references;
};
constexpr uint32_t kAttributeMagic = 0xea020000;

}  // namespace hop::ext2
