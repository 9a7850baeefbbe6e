// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/image/file_tree.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cassert>

namespace emu {

FileTree::FileTree(int64_t modified) {
  FileNode root;
  root.mode = S_IFDIR | 0755;
  root.modified = modified;
  set_root(std::move(root));
}

MaybeError FileTree::add(const std::string& path, FileNode node) {
  assert(!path.empty() && path.front() != '/');
  const size_t slash = path.rfind('/');
  const std::string parent_path = slash == std::string::npos ? "" : path.substr(0, slash);
  const FileNode* parent = find(parent_path);
  if (parent == nullptr || !S_ISDIR(parent->mode)) {
    return Error{fmt::format("cannot put /{} into the guest's root: /{} is no directory there", path, parent_path)};
  }
  if (const FileNode* present = find(path)) {
    if (S_ISDIR(present->mode) == S_ISDIR(node.mode)) return std::nullopt;
    return Error{fmt::format("cannot put /{} into the guest's root: something of another type is there", path)};
  }
  if (S_ISREG(node.mode)) content_size_ += node.size;
  nodes_.emplace(path, std::move(node));
  return std::nullopt;
}

void FileTree::set_root(FileNode node) {
  assert(S_ISDIR(node.mode));
  nodes_[""] = std::move(node);
}

void FileTree::set_modified(const std::string& path, int64_t modified) {
  nodes_.at(path).modified = modified;
}

const FileNode* FileTree::find(const std::string& path) const {
  const auto found = nodes_.find(path);
  return found == nodes_.end() ? nullptr : &found->second;
}

}  // namespace emu
