// SPDX-License-Identifier: GPL-2.0-or-later
// Takes files of the host over into the guest's tree.
#pragma once
#include <cstdint>
#include <string>

#include "emu/image/file_tree.h"
#include "emu/image/path_walk.h"
#include "emu/platform/result.h"

namespace emu {

class Packer {
 public:
  /// limit: bytes of content beyond which it refuses to go on.
  Packer(FileTree& tree, uint64_t limit) : tree_(tree), limit_(limit) {}

  /// Makes the directory the tree's root, with all that is below.
  [[nodiscard]] MaybeError pack_root(const std::string& directory);

  /// Puts a file, or a directory with all that is below, under the same path as on the host, with its parent
  /// directories and the links on the way. Relative paths start at `directory` (absolute). The path must exist.
  /// Directories on the way get the time of the tree's root: theirs changes with every file made in them, and runs
  /// are to repeat.
  [[nodiscard]] MaybeError pack_path(const std::string& directory, const std::string& path);

  /// As pack_path(), but leaves out what is below the path itself.
  [[nodiscard]] MaybeError pack_way(const std::string& directory, const std::string& path);

  /// What was left out: sockets, pipes, devices and the host kernel's own file systems.
  [[nodiscard]] uint64_t skipped() const { return skipped_; }
  [[nodiscard]] const std::string& first_skipped() const { return first_skipped_; }

 private:
  [[nodiscard]] MaybeError pack_node(const std::string& path, const std::string& host_path);
  [[nodiscard]] MaybeError pack_on_the_way(const std::string& path, const std::string& host_path);
  [[nodiscard]] MaybeError pack_below(const std::string& path, const std::string& host_directory);
  [[nodiscard]] PathWalk::End walk(const std::string& directory, const std::string& path);
  void skip(const std::string& host_path);

  FileTree& tree_;
  uint64_t limit_;
  uint64_t skipped_ = 0;
  std::string first_skipped_;
};

/// True if the directory belongs to a file system that the host's kernel makes up (/proc, /sys).
[[nodiscard]] bool is_kernel_file_system(const std::string& host_path);

}  // namespace emu
