// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/image/packer.h"

#include <dirent.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <vector>

#include "emu/image/host_file.h"

namespace emu {
namespace {

std::string join(const std::string& directory, const std::string& name) {
  return directory.empty() ? name : directory + "/" + name;
}

}  // namespace

bool is_kernel_file_system(const std::string& host_path) {
  struct statfs status {};
  if (statfs(host_path.c_str(), &status) != 0) return false;
  constexpr auto kMagics =
      std::to_array<unsigned long>({PROC_SUPER_MAGIC, SYSFS_MAGIC, CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
                                    DEBUGFS_MAGIC, TRACEFS_MAGIC, DEVPTS_SUPER_MAGIC, SECURITYFS_MAGIC, BPF_FS_MAGIC});
  return std::find(kMagics.begin(), kMagics.end(), static_cast<unsigned long>(status.f_type)) != kMagics.end();
}

void Packer::skip(const std::string& host_path) {
  if (skipped_++ == 0) first_skipped_ = host_path;
}

MaybeError Packer::pack_node(const std::string& path, const std::string& host_path) {
  struct stat status {};
  if (lstat(host_path.c_str(), &status) != 0) {
    return Error{fmt::format("cannot read {}: {}", host_path, error_text(errno))};
  }
  FileNode node;
  node.mode = status.st_mode;
  node.user = status.st_uid;
  node.group = status.st_gid;
  node.modified = status.st_mtim.tv_sec;
  if (S_ISREG(status.st_mode)) {
    node.size = static_cast<uint64_t>(status.st_size);
    node.source = host_path;
    if (status.st_nlink > 1) {
      node.host_device = status.st_dev;
      node.host_inode = status.st_ino;
    }
  } else if (S_ISLNK(status.st_mode)) {
    std::optional<std::string> target = read_link(host_path);
    if (!target) return Error{fmt::format("cannot read {}: {}", host_path, error_text(errno))};
    node.target = std::move(*target);
  } else if (!S_ISDIR(status.st_mode)) {
    skip(host_path);
    return std::nullopt;
  }
  if (path.empty()) {
    tree_.set_root(std::move(node));
    return std::nullopt;
  }
  if (MaybeError refused = tree_.add(path, std::move(node))) return refused;
  if (tree_.content_size() > limit_) {
    return Error{fmt::format(
        "the files for the guest have more than {} MiB, too much for its memory; take fewer files, or more memory with "
        "--memory=SIZE",
        limit_ >> 20)};
  }
  return std::nullopt;
}

MaybeError Packer::pack_below(const std::string& path, const std::string& host_directory) {
  if (is_kernel_file_system(host_directory)) {
    skip(host_directory);
    return std::nullopt;
  }
  std::vector<std::string> names;
  {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(host_directory.c_str()), closedir);
    if (!directory) return Error{fmt::format("cannot read {}: {}", host_directory, error_text(errno))};
    while (const dirent* entry = readdir(directory.get())) names.emplace_back(entry->d_name);
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    if (name == "." || name == "..") continue;
    const std::string below = join(path, name);
    const std::string host_path = host_directory == "/" ? "/" + name : host_directory + "/" + name;
    if (MaybeError refused = pack_node(below, host_path)) return refused;
    const FileNode* node = tree_.find(below);
    if (node == nullptr || !S_ISDIR(node->mode)) continue;
    if (MaybeError refused = pack_below(below, host_path)) return refused;
  }
  return std::nullopt;
}

MaybeError Packer::pack_root(const std::string& directory) {
  struct stat status {};
  if (stat(directory.c_str(), &status) != 0) {
    return Error{fmt::format("cannot read {}: {}", directory, error_text(errno))};
  }
  FileNode root;
  root.mode = status.st_mode;
  root.user = status.st_uid;
  root.group = status.st_gid;
  root.modified = status.st_mtim.tv_sec;
  tree_.set_root(std::move(root));
  return pack_below("", directory);
}

MaybeError Packer::pack_on_the_way(const std::string& path, const std::string& host_path) {
  if (tree_.find(path) != nullptr) return std::nullopt;
  if (MaybeError refused = pack_node(path, host_path)) return refused;
  const FileNode* node = tree_.find(path);
  if (node != nullptr && S_ISDIR(node->mode)) tree_.set_modified(path, tree_.find("")->modified);
  return std::nullopt;
}

PathWalk::End Packer::walk(const std::string& directory, const std::string& path) {
  PathWalk walk;
  walk.directory = directory;
  walk.visit = [this](const std::string& passed, const std::string& host_path) {
    return pack_on_the_way(passed, host_path);
  };
  PathWalk::End end = walk.resolve(path);
  if (end.error_number != 0) end.refused = Error{fmt::format("cannot read {}: {}", path, error_text(end.error_number))};
  return end;
}

MaybeError Packer::pack_way(const std::string& directory, const std::string& path) {
  return walk(directory, path).refused;
}

MaybeError Packer::pack_path(const std::string& directory, const std::string& path) {
  const PathWalk::End end = walk(directory, path);
  if (end.refused) return end.refused;
  const FileNode* node = tree_.find(end.path);
  if (node == nullptr || !S_ISDIR(node->mode)) return std::nullopt;
  struct stat status {};
  if (stat(("/" + end.path).c_str(), &status) == 0) tree_.set_modified(end.path, status.st_mtim.tv_sec);
  return pack_below(end.path, "/" + end.path);
}

}  // namespace emu
