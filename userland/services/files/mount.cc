// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/files/mount.h"

#include <new>

#include "userland/runtime/memory.h"

namespace hop::files {

namespace {

ext2::Name name_of(const Name& name) {
  return {name.text, name.length};
}

constexpr ext2::Name kUp = {"..", 2};

}  // namespace

Mount::~Mount() {
  while (nodes_.size() != 0) end(nodes_.size() - 1);
}

Status Mount::start() {
  const Status status = find_node(ext2::kRootInode, root_);
  if (status == Status::Ok) ++root_->uses;
  return status;
}

Status Mount::refresh(Node& node) {
  ext2::Attributes attributes;
  if (const Status status = volume_.attributes(number_of(node), attributes); status != Status::Ok) return status;
  node.mode = attributes.mode;
  node.uid = attributes.uid;
  node.gid = attributes.gid;
  node.links = attributes.links;
  node.rdev = attributes.rdev;
  node.access_time = attributes.access_time;
  node.modify_time = attributes.modify_time;
  node.change_time = attributes.change_time;
  own(node).size = attributes.size;
  own(node).sectors = attributes.sectors;
  if (!node.is_link() || node.target != nullptr) return Status::Ok;
  auto* target = static_cast<char*>(allocate(attributes.size + 1));
  if (target == nullptr) return Status::NoSpace;
  const int64_t length = volume_.read_link(number_of(node), target, attributes.size);
  if (length < 0) {
    release(target);
    return static_cast<Status>(length);
  }
  target[length] = 0;
  node.target = target;
  node.target_length = static_cast<uint32_t>(length);
  return Status::Ok;
}

Status Mount::find_node(uint32_t inode, Node*& node) {
  for (VolumeNode* known : nodes_) {
    if (known->inode != inode) continue;
    node = known;
    return refresh(*node);
  }
  if (const Status status = volume_.hold(inode); status != Status::Ok) return Status::NoSpace;
  void* memory = allocate(sizeof(VolumeNode));
  VolumeNode* made = memory == nullptr ? nullptr : new (memory) VolumeNode;
  if (made == nullptr || !nodes_.push_back(made)) {
    release(memory);
    volume_.release_hold(inode);
    return Status::NoSpace;
  }
  node = made;
  node->inode = inode;
  node->mount = this;
  const Status status = refresh(*node);
  if (status != Status::Ok) end(nodes_.size() - 1);
  return status;
}

void Mount::end(uint64_t index) {
  VolumeNode* node = nodes_[index];
  nodes_.erase(index);
  volume_.release_hold(number_of(*node));
  release(node->target);
  node->~VolumeNode();
  release(node);
}

void Mount::end_use(Node& node) {
  if (node.uses == 0 && node.links == 0) end_if_removed(node);
}

/// A number that may be given to another file must not have a node.
void Mount::end_if_removed(Node& node) {
  if (refresh(node) != Status::Ok || node.links != 0 || node.uses != 0) return;
  for (uint64_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i] == &node) return end(i);
  }
}

void Mount::trim() {
  if (nodes_.size() <= kKeptNodes) return;
  for (uint64_t i = nodes_.size(); i-- != 0;) {
    if (nodes_[i]->uses == 0) end(i);
  }
}

Status Mount::find(Node& directory, const Name& name, Node*& node) {
  node = nullptr;
  uint32_t inode = 0;
  const Status status = volume_.lookup(number_of(directory), name_of(name), inode);
  if (status != Status::Ok) return status == Status::NotFound ? Status::Ok : status;
  if (const Status found = find_node(inode, node); found != Status::Ok) return found;
  own(*node).parent_inode = directory.inode;
  return Status::Ok;
}

Status Mount::find_parent(Node& directory, Node*& parent) {
  if (&directory == root_) {
    parent = point_.parent;
    return Status::Ok;
  }
  uint32_t inode = 0;
  const Status status = volume_.lookup(number_of(directory), kUp, inode);
  return status == Status::Ok ? find_node(inode, parent) : status;
}

Status Mount::find_name(Node& node, Node*& directory, char (&text)[kMaximumName], uint64_t& length) {
  if (node.links == 0) return Status::NotFound;
  uint32_t above = static_cast<uint32_t>(own(node).parent_inode);
  if (node.is_directory()) {
    if (const Status status = volume_.lookup(number_of(node), kUp, above); status != Status::Ok) return status;
  }
  length = 0;
  Status status = volume_.read_directory(above, 0, [&](const ext2::Name& name, uint32_t inode, uint32_t, uint64_t) {
    if (inode != node.inode || ext2::is_reserved(name)) return true;
    length = name.length;
    memcpy(text, name.text, name.length);
    return false;
  });
  if (status == Status::Ok && length == 0) status = Status::NotFound;
  return status == Status::Ok ? find_node(above, directory) : Status::NotFound;
}

Status Mount::make(Node& directory, const Name& name, uint32_t mode, uint64_t rdev, Node*& made) {
  uint32_t inode = 0;
  const Status status = volume_.make(number_of(directory), name_of(name), mode, rdev, inode);
  if (status != Status::Ok) return status;
  if (const Status found = find_node(inode, made); found != Status::Ok) return found;
  own(*made).parent_inode = directory.inode;
  return Status::Ok;
}

Status Mount::make_link(Node& directory, const Name& name, const char* target) {
  uint32_t inode = 0;
  return volume_.make_link(number_of(directory), name_of(name), target, strlen(target), inode);
}

Status Mount::link(Node& node, Node& directory, const Name& name) {
  const Status status = volume_.link(number_of(node), number_of(directory), name_of(name));
  if (status == Status::Ok) own(node).parent_inode = directory.inode;
  return status;
}

Status Mount::remove(Node& directory, const Name& name, Node& node) {
  const Status status = node.is_directory() ? volume_.remove_directory(number_of(directory), name_of(name))
                                            : volume_.unlink(number_of(directory), name_of(name));
  if (status == Status::Ok) end_if_removed(node);
  return status;
}

Status Mount::rename(Node& from, const Name& from_name, Node& to, const Name& to_name, Node* replaced) {
  const Status status = volume_.rename(number_of(from), name_of(from_name), number_of(to), name_of(to_name), true);
  if (status != Status::Ok) return status;
  if (replaced != nullptr) end_if_removed(*replaced);
  Node* moved = nullptr;
  return find(to, to_name, moved);  // where it is now
}

Status Mount::change(Node& node, const ext2::AttributeChange& change) {
  const Status status = volume_.change(number_of(node), change);
  return status == Status::Ok ? refresh(node) : status;
}

}  // namespace hop::files
