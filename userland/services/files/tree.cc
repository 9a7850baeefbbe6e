// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/files/tree.h"

#include <new>

#include "userland/runtime/memory.h"

namespace hop::files {

Tree::Tree(Clock clock) : clock_(clock) {
  root_ = create_node(kTypeDirectory | 0755);
  root_->links = 2;
  root_->parent = root_;
}

Tree::~Tree() {
  empty(*root_);
  root_->links = 0;
  end_if_unused(*root_);
}

/// Removes every name in a directory, and what only they lead to.
void Tree::empty(Node& directory) {
  while (directory.entries.size() != 0) {
    Entry& entry = directory.entries[directory.entries.size() - 1];
    Node& node = *entry.node;
    remove_entry(directory, entry);
    if (node.is_directory()) {
      empty(node);
      node.links = 1;
    }
    drop_link(node);
  }
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

void Tree::end_if_unused(Node& node) {
  if (node.links != 0 || node.uses != 0) return;
  node.~Node();
  release(&node);
  --nodes_;
}

void Tree::release_use(Node& node) {
  --node.uses;
  end_if_unused(node);
}

void Tree::drop_link(Node& node) {
  --node.links;
  touch_changed(node);
  end_if_unused(node);
}

void Tree::touch_modified(Node& node) {
  node.modify_time = node.change_time = now();
}

Status Tree::check_new(const Place& place, bool is_directory) const {
  if (place.node != nullptr) return Status::Exists;
  if (place.parent == nullptr) return Status::Exists;
  if (place.needs_directory && !is_directory) return Status::NotFound;
  if (place.parent->links == 0) return Status::NotFound;  // a removed directory that is still open
  return Status::Ok;
}

Status Tree::make(const Place& place, uint32_t mode, uint64_t rdev, Node*& made) {
  const bool is_directory = (mode & kTypeMask) == kTypeDirectory;
  if (const Status status = check_new(place, is_directory); status != Status::Ok) return status;
  Node* node = create_node(mode);
  if (node == nullptr) return Status::NoSpace;
  node->rdev = rdev;
  if (const Status status = add_entry(*place.parent, place.name, *node); status != Status::Ok) {
    end_if_unused(*node);
    return status;
  }
  node->links = 1;
  if (is_directory) {
    node->links = 2;
    node->parent = place.parent;
    ++place.parent->links;
  } else {
    node->parent = place.parent;
  }
  touch_modified(*place.parent);
  made = node;
  return Status::Ok;
}

Status Tree::make_link(const Place& place, const char* target) {
  Node* node = nullptr;
  if (const Status status = make(place, kTypeLink | 0777, 0, node); status != Status::Ok) return status;
  const int64_t written = node->content.write(0, strlen(target), [&](uint8_t* to, uint64_t count) {
    memcpy(to, target, count);
    return Status::Ok;
  });
  if (written >= 0) return Status::Ok;
  const Status undone = unlink({place.parent, place.name, node, false}, false);
  return undone == Status::Ok ? static_cast<Status>(written) : undone;
}

Status Tree::link(Node& node, const Place& place) {
  if (const Status status = check_new(place, false); status != Status::Ok) return status;
  if (node.is_directory()) return Status::NotPermitted;
  if (const Status status = add_entry(*place.parent, place.name, node); status != Status::Ok) return status;
  ++node.links;
  node.parent = place.parent;
  touch_changed(node);
  touch_modified(*place.parent);
  return Status::Ok;
}

Status Tree::unlink(const Place& place, bool directory) {
  if (place.node == nullptr) return Status::NotFound;
  Node& node = *place.node;
  if (place.needs_directory && !node.is_directory()) return Status::NotDirectory;
  if (directory) {
    if (!node.is_directory()) return Status::NotDirectory;
    if (&node == root_) return Status::Busy;
    if (place.parent == nullptr) return Status::Invalid;  // "." or ".."
    if (node.entries.size() != 0) return Status::NotEmpty;
  } else if (node.is_directory()) {
    return Status::IsDirectory;
  }
  Entry* entry = find_entry(*place.parent, place.name);
  remove_entry(*place.parent, *entry);
  touch_modified(*place.parent);
  if (node.is_directory()) {
    --place.parent->links;
    node.parent = nullptr;
    --node.links;  // its own "."
  }
  drop_link(node);
  return Status::Ok;
}

/// Is the directory `inner` the directory `outer`, or somewhere in it?
bool Tree::is_within(const Node& inner, const Node& outer) const {
  for (const Node* above = &inner;; above = above->parent) {
    if (above == &outer) return true;
    if (above == root_ || above->parent == nullptr) return false;
  }
}

Status Tree::check_replace(const Node& moved, const Node& target) const {
  if (moved.is_directory()) {
    if (!target.is_directory()) return Status::NotDirectory;
    if (target.entries.size() != 0) return Status::NotEmpty;
    return Status::Ok;
  }
  return target.is_directory() ? Status::IsDirectory : Status::Ok;
}

Status Tree::rename(const Place& from, const Place& to, bool replace) {
  if (from.node == nullptr) return Status::NotFound;
  if (from.parent == nullptr || (to.parent == nullptr && to.node != nullptr)) return Status::Busy;
  Node& node = *from.node;
  if (to.node != nullptr && !replace) return Status::Exists;
  if ((from.needs_directory || to.needs_directory) && !node.is_directory()) return Status::NotDirectory;
  if (to.node != nullptr && is_within(*from.parent, *to.node)) return Status::NotEmpty;
  if (to.node == &node) return Status::Ok;
  if (to.parent->links == 0) return Status::NotFound;
  if (node.is_directory() && is_within(*to.parent, node)) return Status::Invalid;
  if (to.node != nullptr) {
    if (const Status status = check_replace(node, *to.node); status != Status::Ok) return status;
  }

  // the new name first: it can fail, and then nothing has changed
  if (Entry* entry = find_entry(*to.parent, to.name); entry != nullptr) {
    Node& replaced = *entry->node;
    entry->node = &node;
    if (replaced.is_directory()) {
      --to.parent->links;
      replaced.parent = nullptr;
      --replaced.links;
    }
    drop_link(replaced);
  } else if (const Status status = add_entry(*to.parent, to.name, node); status != Status::Ok) {
    return status;
  }
  remove_entry(*from.parent, *find_entry(*from.parent, from.name));
  if (node.is_directory()) {
    --from.parent->links;
    ++to.parent->links;
  }
  node.parent = to.parent;
  touch_modified(*from.parent);
  touch_modified(*to.parent);
  touch_changed(node);
  return Status::Ok;
}

}  // namespace hop::files
