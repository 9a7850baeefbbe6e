// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/files/tree.h"

#include <new>

#include "userland/runtime/memory.h"

namespace hop::files {

Tree::Tree(Clock clock) : clock_(clock) {
  root_ = create_node(kTypeDirectory | 0755);
  if (root_ == nullptr) __builtin_trap();
  root_->links = 2;
  root_->parent = root_;
}

Tree::~Tree() {
  for (Mount* mount : mounts_) {
    mount->point().covered_by = nullptr;
    mount->~Mount();
    release(mount);
  }
  for (Node* at = root_;;) {
    const Entry* first = at->names.after(0);
    if (first == nullptr) {
      if (at == root_) break;
      at = at->parent;
    } else if (first->node->is_directory() && first->node->names.size() != 0) {
      at = first->node;
    } else {
      const Place place{Ending::Name, at, {first->text, first->length}, first->node, false};
      const Status status = unlink(place, first->node->is_directory());
      if (status != Status::Ok) __builtin_trap();
    }
  }
  root_->links = 0;
  root_->parent = nullptr;
  end_if_unused(root_);
}

Node* Tree::create_node(uint32_t mode) {
  void* memory = allocate(sizeof(Node));
  if (memory == nullptr) return nullptr;
  Node* node = new (memory) Node;
  node->inode = next_inode_++;
  node->mode = mode;
  node->access_time = node->modify_time = node->change_time = now();
  ++nodes_;
  return node;
}

/// A loop, for a directory that was removed may have been the last use of the one above, and so on.
void Tree::end_if_unused(Node* node) {
  while (node != nullptr && node->links == 0 && node->uses == 0) {
    Node* above = node->is_directory() ? node->parent : nullptr;
    release(node->target);
    node->~Node();
    release(node);
    --nodes_;
    node = above;
    if (node != nullptr) --node->uses;
  }
}

Status Tree::mount(Node& point, ext2::Volume& volume) {
  if (!point.is_directory()) return Status::NotDirectory;
  if (&point == root_ || point.mount != nullptr || point.covered_by != nullptr) return Status::Busy;
  void* memory = allocate(sizeof(Mount));
  if (memory == nullptr) return Status::NoSpace;
  auto* mount = new (memory) Mount(volume, point);
  Status status = mount->start();
  if (status == Status::Ok && !mounts_.push_back(mount)) status = Status::NoSpace;
  if (status == Status::Ok) {
    point.covered_by = &mount->root();
    return status;
  }
  mount->~Mount();
  release(mount);
  return status;
}

Status Tree::sync() {
  Status status = Status::Ok;
  for (Mount* mount : mounts_) {
    if (const Status synced = mount->volume().sync(); synced != Status::Ok) status = synced;
  }
  return status;
}

void Tree::trim() {
  for (Mount* mount : mounts_) mount->trim();
}

Status Tree::change(Node& node, const ext2::AttributeChange& change) {
  constexpr uint64_t kKeep = ext2::AttributeChange::kKeep;
  if (node.mount != nullptr) return node.mount->change(node, change);
  if (change.permissions != kKeep)
    node.mode = node.type() | (static_cast<uint32_t>(change.permissions) & kPermissionMask);
  if (change.uid != kKeep) node.uid = static_cast<uint32_t>(change.uid);
  if (change.gid != kKeep) node.gid = static_cast<uint32_t>(change.gid);
  if (change.access_time != kKeep) node.access_time = change.access_time;
  if (change.modify_time != kKeep) node.modify_time = change.modify_time;
  touch_changed(node);
  return Status::Ok;
}

Status Tree::truncate(Node& node, uint64_t size) {
  if (node.mount != nullptr) return node.mount->volume().truncate(static_cast<uint32_t>(node.inode), size);
  const Status status = node.content.truncate(size);
  if (status == Status::Ok) touch_modified(node);
  return status;
}

void Tree::release_use(Node& node) {
  --node.uses;
  if (node.mount != nullptr) {
    if (refresh(node) == Status::Ok) node.mount->end_use(node);
    return;
  }
  end_if_unused(&node);
}

void Tree::drop_link(Node& node) {
  --node.links;
  touch_changed(node);
  end_if_unused(&node);
}

/// Its name is gone. Its ".." stays, for those who are still in it.
void Tree::drop_directory(Node& node) {
  --node.parent->links;
  use(*node.parent);
  --node.links;  // its own "."
  drop_link(node);
}

void Tree::remove_name(Node& directory, Entry& entry) {
  Node& node = *entry.node;
  directory.names.remove(entry);
  if (!node.is_directory() && node.parent == &directory) node.parent = nullptr;
  touch_modified(directory);
}

void Tree::touch_modified(Node& node) {
  node.modify_time = node.change_time = now();
}

Status Tree::check_new(const Place& place, bool is_directory) const {
  if (place.ending != Ending::Name || place.node != nullptr) return Status::Exists;
  if (place.has_slash && !is_directory) return Status::NotFound;
  if (place.parent->links == 0) return Status::NotFound;  // a removed directory that is still open
  return Status::Ok;
}

Status Tree::make(const Place& place, uint32_t mode, uint64_t rdev, Node*& made) {
  const bool is_directory = (mode & kTypeMask) == kTypeDirectory;
  if (const Status status = check_new(place, is_directory); status != Status::Ok) return status;
  if (Mount* mount = place.parent->mount; mount != nullptr)
    return mount->make(*place.parent, place.name, mode, rdev, made);
  Node* node = create_node(mode);
  if (node == nullptr) return Status::NoSpace;
  if (const Status status = place.parent->names.add(place.name, *node); status != Status::Ok) {
    end_if_unused(node);
    return status;
  }
  node->rdev = rdev;
  node->parent = place.parent;
  node->links = is_directory ? 2 : 1;
  if (is_directory) ++place.parent->links;
  touch_modified(*place.parent);
  made = node;
  return Status::Ok;
}

Status Tree::make_link(const Place& place, const char* target) {
  if (const Status status = check_new(place, false); status != Status::Ok) return status;
  if (Mount* mount = place.parent->mount; mount != nullptr) return mount->make_link(*place.parent, place.name, target);
  const uint64_t length = strlen(target);
  auto* copy = static_cast<char*>(allocate(length + 1));
  if (copy == nullptr) return Status::NoSpace;
  memcpy(copy, target, length + 1);
  Node* made = nullptr;
  if (const Status status = make(place, kTypeLink | 0777, 0, made); status != Status::Ok) {
    release(copy);
    return status;
  }
  made->target = copy;
  made->target_length = static_cast<uint32_t>(length);
  return Status::Ok;
}

Status Tree::link(Node& node, const Place& place) {
  if (const Status status = check_new(place, false); status != Status::Ok) return status;
  if (node.mount != place.parent->mount) return Status::CrossDevice;
  if (node.is_directory()) return Status::NotPermitted;
  if (node.links == 0) return Status::NotFound;
  if (node.mount != nullptr) return node.mount->link(node, *place.parent, place.name);
  if (const Status status = place.parent->names.add(place.name, node); status != Status::Ok) return status;
  ++node.links;
  node.parent = place.parent;
  touch_changed(node);
  touch_modified(*place.parent);
  return Status::Ok;
}

Status Tree::unlink(const Place& place, bool directory) {
  return directory ? remove_directory(place) : remove_file(place);
}

Status Tree::remove_file(const Place& place) {
  if (place.ending != Ending::Name) return Status::IsDirectory;
  if (place.node == nullptr) return Status::NotFound;
  if (place.node->is_directory()) return Status::IsDirectory;
  if (place.has_slash) return Status::NotDirectory;
  if (Mount* mount = place.parent->mount; mount != nullptr)
    return mount->remove(*place.parent, place.name, *place.node);
  remove_name(*place.parent, *place.parent->names.find(place.name));
  drop_link(*place.node);
  return Status::Ok;
}

Status Tree::remove_directory(const Place& place) {
  switch (place.ending) {
    case Ending::Root:
      return Status::Busy;
    case Ending::Dot:
      return Status::Invalid;
    case Ending::DotDot:
      return Status::NotEmpty;
    case Ending::Name:
      break;
  }
  if (place.node == nullptr) return Status::NotFound;
  if (!place.node->is_directory()) return Status::NotDirectory;
  if (is_mounted_root(place.node)) return Status::Busy;
  if (Mount* mount = place.parent->mount; mount != nullptr)
    return mount->remove(*place.parent, place.name, *place.node);
  if (place.node->names.size() != 0) return Status::NotEmpty;
  remove_name(*place.parent, *place.parent->names.find(place.name));
  drop_directory(*place.node);
  return Status::Ok;
}

namespace {

/// Is `above` the node itself or a directory over it?
bool is_within(const Node* node, const Node* above) {
  for (;; node = node->parent) {
    if (node == above) return true;
    if (node->parent == node) return false;
  }
}

}  // namespace

Status Tree::check_rename(const Place& from, const Place& to, bool replace) const {
  if (from.ending == Ending::Name && to.ending == Ending::Name && from.parent->mount != to.parent->mount)
    return Status::CrossDevice;
  if (from.ending != Ending::Name) return Status::Busy;
  if (to.ending != Ending::Name) return replace ? Status::Busy : Status::Exists;
  if (from.node == nullptr) return Status::NotFound;
  if (to.node != nullptr && !replace) return Status::Exists;
  if (is_mounted_root(from.node) || is_mounted_root(to.node)) return Status::Busy;
  const bool is_directory = from.node->is_directory();
  if (!is_directory && (from.has_slash || to.has_slash)) return Status::NotDirectory;
  if (from.parent->mount != nullptr) return Status::Ok;  // the volume checks the rest
  if (is_directory && is_within(to.parent, from.node)) return Status::Invalid;
  if (to.node != nullptr && to.node->is_directory() && is_within(from.parent, to.node)) return Status::NotEmpty;
  if (to.node == from.node) return Status::Ok;
  if (to.parent->links == 0) return Status::NotFound;
  if (to.node == nullptr) return Status::Ok;
  if (is_directory && !to.node->is_directory()) return Status::NotDirectory;
  if (!is_directory && to.node->is_directory()) return Status::IsDirectory;
  return to.node->names.size() != 0 ? Status::NotEmpty : Status::Ok;
}

Status Tree::rename(const Place& from, const Place& to, bool replace) {
  if (const Status status = check_rename(from, to, replace); status != Status::Ok) return status;
  if (Mount* mount = from.parent->mount; mount != nullptr)
    return mount->rename(*from.parent, from.name, *to.parent, to.name, to.node);
  if (to.node == from.node) return Status::Ok;
  Node& node = *from.node;

  // the new name first: it can fail, and then nothing has changed
  if (to.node == nullptr) {
    if (const Status status = to.parent->names.add(to.name, node); status != Status::Ok) return status;
  } else {
    Node& replaced = *to.node;
    to.parent->names.find(to.name)->node = &node;
    if (replaced.parent == to.parent && !replaced.is_directory()) replaced.parent = nullptr;
    replaced.is_directory() ? drop_directory(replaced) : drop_link(replaced);
  }
  remove_name(*from.parent, *from.parent->names.find(from.name));
  if (node.is_directory()) {
    --from.parent->links;
    ++to.parent->links;
  }
  node.parent = to.parent;
  touch_modified(*to.parent);
  touch_changed(node);
  return Status::Ok;
}

}  // namespace hop::files
