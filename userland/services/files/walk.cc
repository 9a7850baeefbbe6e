// SPDX-License-Identifier: GPL-2.0-or-later
// From paths to nodes, as path_resolution(7) describes it for the user root, and back.
#include "userland/runtime/memory.h"
#include "userland/services/files/tree.h"

namespace hop::files {

namespace {

/// The text that is left of a path: of the target of the symbolic link that is being followed, then what stands behind
/// that link, and so on. Every link followed leaves one piece at the most.
struct Rest {
  const char* at;
  const char* pending[kMaximumLinks] = {};
  unsigned count = 0;

  /// Goes to the next name; false: there is none.
  bool find_name() {
    for (;;) {
      while (*at == '/') ++at;
      if (*at != 0) return true;
      if (count == 0) return false;
      at = pending[--count];
    }
  }
  /// What stands behind `at`: a slash, another name?
  void look_ahead(bool& has_slash, bool& has_name) const {
    has_slash = has_name = false;
    const char* text = at;
    for (unsigned left = count;; text = pending[--left]) {
      for (; *text == '/'; ++text) has_slash = true;
      if (*text != 0) has_name = true;
      if (has_name || left == 0) return;
    }
  }
  void enter_link(const char* target) {
    if (*at != 0) pending[count++] = at;
    at = target;
  }
};

}  // namespace

Status Tree::find_child(Node& directory, const Name& name, Node*& node) {
  if (directory.mount != nullptr) return directory.mount->find(directory, name, node);
  const Entry* entry = directory.names.find(name);
  node = entry == nullptr ? nullptr : entry->node;
  if (node == nullptr || node->covered_by == nullptr) return Status::Ok;
  node = node->covered_by;
  return refresh(*node);
}

Status Tree::find_parent(Node& directory, Node*& parent) {
  if (directory.mount != nullptr) return directory.mount->find_parent(directory, parent);
  parent = directory.parent;
  return Status::Ok;
}

Status Tree::walk(Node& from, const PathBuffer& path, LastName last_name, Place& place) {
  if (path.text[0] == 0) return Status::NotFound;
  Rest rest{path.text};
  Node* current = path.text[0] == '/' ? root_ : &from;
  if (!current->is_directory()) return Status::NotDirectory;
  place = {Ending::Root, nullptr, {}, current, true};
  for (unsigned links = 0; rest.find_name();) {
    Name name{rest.at, 0};
    while (name.text[name.length] != 0 && name.text[name.length] != '/') ++name.length;
    if (name.length > kMaximumName) return Status::NameTooLong;
    rest.at += name.length;
    bool has_slash, has_more;
    rest.look_ahead(has_slash, has_more);

    if (name.is(".") || name.is("..")) {
      if (name.length == 2) {
        if (const Status status = find_parent(*current, current); status != Status::Ok) return status;
      }
      place = {name.length == 1 ? Ending::Dot : Ending::DotDot, nullptr, {}, current, has_slash};
      continue;
    }
    Node* node = nullptr;
    if (const Status status = find_child(*current, name, node); status != Status::Ok) return status;
    if (node == nullptr && has_more) return Status::NotFound;
    const bool follows = has_more || last_name == LastName::Follow || (last_name == LastName::Keep && has_slash);
    if (node != nullptr && node->is_link() && follows) {
      if (links++ == kMaximumLinks) return Status::SymbolicLinkLoop;
      rest.enter_link(node->target);
      if (*node->target == '/') current = root_;
      place = {Ending::Root, nullptr, {}, current, true};
      continue;
    }
    place = {Ending::Name, current, name, node, has_slash};
    if (!has_more && (node == nullptr || !has_slash || last_name == LastName::Leave)) return Status::Ok;
    if (!node->is_directory()) return Status::NotDirectory;
    current = node;
  }
  return Status::Ok;
}

/// The directory and entry of a name of the node. nullptr: it has none.
Node* Tree::find_name_of(const Node& node, const Entry*& entry) {
  const auto find_in = [&](const Node& directory) {
    for (entry = directory.names.after(0); entry != nullptr; entry = directory.names.after(entry->cookie)) {
      if (entry->node == &node) return true;
    }
    return false;
  };
  if (node.links == 0) return nullptr;
  if (node.parent != nullptr) return find_in(*node.parent) ? node.parent : nullptr;
  // a file whose last known name is gone: through the whole tree, in the order of creation
  for (Node* at = root_;;) {
    if (find_in(*at)) return at;
    const auto first_below = [](const Node& directory, uint64_t cookie) {
      const Entry* next = directory.names.after(cookie);
      while (next != nullptr && !next->node->is_directory()) next = directory.names.after(next->cookie);
      return next;
    };
    const Entry* next = first_below(*at, 0);
    while (next == nullptr) {
      if (at == root_) return nullptr;
      const Entry* own = at->parent->names.after(0);
      while (own->node != at) own = at->parent->names.after(own->cookie);
      at = at->parent;
      next = first_below(*at, own->cookie);
    }
    at = next->node;
  }
}

int64_t Tree::path_of(Node& node, char* buffer, uint64_t capacity) {
  uint64_t start = capacity;
  for (Node* current = &node; current != root_;) {
    if (is_mounted_root(current)) {
      current = &current->mount->point();
      continue;
    }
    if (current->mount != nullptr) {
      char text[kMaximumName];
      uint64_t length = 0;
      const Status status = current->mount->find_name(*current, current, text, length);
      if (status != Status::Ok) return static_cast<int64_t>(status);
      if (length + 1 > start) return static_cast<int64_t>(Status::OutOfRange);
      start -= length;
      memcpy(buffer + start, text, length);
      buffer[--start] = '/';
      continue;
    }
    const Entry* entry = nullptr;
    Node* directory = find_name_of(*current, entry);
    if (directory == nullptr) return static_cast<int64_t>(Status::NotFound);
    if (entry->length + uint64_t{1} > start) return static_cast<int64_t>(Status::OutOfRange);
    start -= entry->length;
    memcpy(buffer + start, entry->text, entry->length);
    buffer[--start] = '/';
    current = directory;
  }
  if (start == capacity) {
    if (capacity == 0) return static_cast<int64_t>(Status::OutOfRange);
    buffer[--start] = '/';
  }
  memmove(buffer, buffer + start, capacity - start);
  return static_cast<int64_t>(capacity - start);
}

}  // namespace hop::files
