// SPDX-License-Identifier: GPL-2.0-or-later
// What a name leads to: a file of any type, with its attributes.
#pragma once
#include <cstdint>

#include "userland/lib/vector.h"
#include "userland/services/files/content.h"

namespace hop::files {

// Type and permission bits of a mode, as in Linux's <linux/stat.h>.
constexpr uint32_t kTypeMask = 0170000, kPermissionMask = 07777;
constexpr uint32_t kSetUserMask = 04000, kSetGroupMask = 02000;
constexpr uint32_t kTypeFifo = 0010000, kTypeCharacter = 0020000, kTypeDirectory = 0040000, kTypeRegular = 0100000,
                   kTypeLink = 0120000;

struct Node;

struct Entry {
  char* name;  ///< owned, NUL-terminated
  uint32_t length;
  uint32_t hash;
  uint64_t cookie;  ///< its place in the order of creation; never used twice in a directory
  Node* node;
};

struct Node {
  uint64_t inode = 0;
  uint32_t mode = 0, uid = 0, gid = 0;
  uint64_t links = 0;  ///< names, and for a directory "." and the ".." of those in it
  uint64_t uses = 0;   ///< open handles; with no links and no uses the node ends
  uint64_t rdev = 0;
  uint64_t access_time = 0, modify_time = 0, change_time = 0;  ///< Unix, nanoseconds

  Content content;           ///< regular files; a symbolic link's target
  Vector<Entry> entries;     ///< directories, by cookie
  uint64_t next_cookie = 3;  ///< 1 and 2 are what follows "." and ".."
  Node* parent = nullptr;    ///< directories; null once removed

  [[nodiscard]] uint32_t type() const { return mode & kTypeMask; }
  [[nodiscard]] bool is_directory() const { return type() == kTypeDirectory; }
  [[nodiscard]] bool is_link() const { return type() == kTypeLink; }
  [[nodiscard]] bool is_regular() const { return type() == kTypeRegular; }
};

}  // namespace hop::files
