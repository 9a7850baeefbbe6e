// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's root as a list of what is in it: names and attributes in memory, contents still in the host's files.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "emu/platform/result.h"

namespace emu {

/// One file, directory or symbolic link of the guest.
struct FileNode {
  uint32_t mode = 0;  ///< type and permissions, as st_mode
  uint32_t user = 0, group = 0;
  int64_t modified = 0;                      ///< Unix seconds
  uint64_t size = 0;                         ///< of a regular file
  std::string source;                        ///< regular file: the host's path of its content
  std::string target;                        ///< symbolic link: what it says
  uint64_t host_device = 0, host_inode = 0;  ///< regular file with several names: equal ones are one file; else 0
};

/// Paths are relative to the guest's root, without a leading slash; "" is the root itself.
class FileTree {
 public:
  /// An empty root directory.
  explicit FileTree(int64_t modified);

  /// Adds a node. Its parent must be a directory of the tree already. What has the same path already stays as it is;
  /// that is an error only if one of the two is a directory and the other is none.
  [[nodiscard]] MaybeError add(const std::string& path, FileNode node);

  /// Gives the root other attributes.
  void set_root(FileNode node);

  /// Gives what is there another time.
  void set_modified(const std::string& path, int64_t modified);

  [[nodiscard]] const FileNode* find(const std::string& path) const;
  /// In order of paths, so parents come before their children; the root comes first.
  [[nodiscard]] const std::map<std::string, FileNode>& nodes() const { return nodes_; }
  /// Bytes of all regular files, several names of one file counted once for each.
  [[nodiscard]] uint64_t content_size() const { return content_size_; }

 private:
  std::map<std::string, FileNode> nodes_;
  uint64_t content_size_ = 0;
};

}  // namespace emu
