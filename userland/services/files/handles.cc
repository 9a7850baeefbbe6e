// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/files/handles.h"

namespace hop::files {

int64_t HandleTable::add(Tree& tree, Node& node) {
  uint64_t handle = lowest_;
  while (handle < nodes_.size() && nodes_[handle] != nullptr) ++handle;
  if (handle == kMaximumHandles) return static_cast<int64_t>(Status::TooManyFiles);
  if (handle == nodes_.size() && !nodes_.push_back(nullptr)) return static_cast<int64_t>(Status::NoSpace);
  nodes_[handle] = &node;
  lowest_ = handle + 1;
  tree.use(node);
  return static_cast<int64_t>(handle);
}

Status HandleTable::remove(Tree& tree, uint64_t handle) {
  Node* node = find(handle);
  if (node == nullptr) return Status::BadHandle;
  nodes_[handle] = nullptr;
  if (handle < lowest_) lowest_ = handle;
  tree.release_use(*node);
  return Status::Ok;
}

void HandleTable::clear(Tree& tree) {
  for (Node*& node : nodes_) {
    if (node != nullptr) tree.release_use(*node);
    node = nullptr;
  }
  lowest_ = 0;
}

}  // namespace hop::files
