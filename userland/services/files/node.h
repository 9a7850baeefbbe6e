// SPDX-License-Identifier: GPL-2.0-or-later
// What a name leads to: a file of any type, with its attributes.
#pragma once
#include <cstdint>

#include "userland/services/files/content.h"
#include "userland/services/files/directory.h"

namespace hop::files {

// Type and permission bits of a mode, as in Linux's <linux/stat.h>.
constexpr uint32_t kTypeMask = 0170000, kPermissionMask = 07777;
constexpr uint32_t kSetUserMask = 04000, kSetGroupMask = 02000;
constexpr uint32_t kTypeFifo = 0010000, kTypeCharacter = 0020000, kTypeDirectory = 0040000, kTypeRegular = 0100000,
                   kTypeLink = 0120000;

class Mount;

struct Node {
  uint64_t inode = 0;
  uint32_t mode = 0, uid = 0, gid = 0;
  uint64_t links = 0;  ///< names, and for a directory "." and the ".." of those in it; a directory with 0 is removed
  uint64_t uses = 0;   ///< open handles, and removed directories in it; with no links and no uses the node ends
  uint64_t rdev = 0;
  uint64_t access_time = 0, modify_time = 0, change_time = 0;  ///< Unix, nanoseconds

  Mount* mount = nullptr;      ///< null: the file is in memory. Else it is a VolumeNode of this mount
  Node* covered_by = nullptr;  ///< a directory on which a volume is mounted: that volume's root

  // of files in memory
  Content content;             ///< regular files
  Directory names;             ///< directories
  char* target = nullptr;      ///< symbolic links: owned, NUL-terminated
  uint32_t target_length = 0;  ///< without the NUL
  Node* parent = nullptr;      ///< a directory's "..", of which a removed one holds a use. Else a directory that has a
                               ///< name of this node, or null: only a hint

  [[nodiscard]] uint32_t type() const { return mode & kTypeMask; }
  [[nodiscard]] bool is_directory() const { return type() == kTypeDirectory; }
  [[nodiscard]] bool is_link() const { return type() == kTypeLink; }
  [[nodiscard]] bool is_regular() const { return type() == kTypeRegular; }
};

/// A file of a mounted volume; its attributes are copies.
struct VolumeNode : Node {
  uint64_t size = 0, sectors = 0;
  uint64_t parent_inode = 0;  ///< a directory that had a name of this file; only a hint
};

}  // namespace hop::files
