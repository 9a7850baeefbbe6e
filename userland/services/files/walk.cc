// SPDX-License-Identifier: GPL-2.0-or-later
// Path resolution, as path_resolution(7) describes it for the user root.
#include "userland/runtime/memory.h"
#include "userland/services/files/tree.h"

namespace hop::files {

/// The path that is left becomes the link's target, a slash, and the rest.
Status Tree::expand_link(PathBuffer& buffer, const Node& node, const char* rest) {
  const uint64_t target = node.content.size(), tail = strlen(rest);
  if (target == 0) return Status::NotFound;
  if (target + 1 + tail + 1 > kMaximumPath) return Status::NameTooLong;
  uint64_t used = 0;
  const int64_t copied = node.content.read(0, target, [&](const uint8_t* bytes, uint64_t count) {
    if (bytes != nullptr) memcpy(buffer.spare + used, bytes, count);
    used += count;
    return Status::Ok;
  });
  if (copied < 0) return static_cast<Status>(copied);
  if (tail != 0) buffer.spare[used++] = '/';
  memcpy(buffer.spare + used, rest, tail + 1);
  memcpy(buffer.text, buffer.spare, used + tail + 1);
  return Status::Ok;
}

Status Tree::walk(Node& from, PathBuffer& buffer, LastName last, Place& place) {
  const char* rest = buffer.text;
  if (*rest == 0) return Status::NotFound;
  Node* current = *rest == '/' ? root_ : &from;
  if (!current->is_directory()) return Status::NotDirectory;
  place = {nullptr, {}, current, false};

  for (unsigned links = 0;;) {
    const bool had_slash = *rest == '/';
    while (*rest == '/') ++rest;
    if (*rest == 0) {
      place.needs_directory = had_slash;
      return Status::Ok;
    }
    const char* end = rest;
    while (*end != 0 && *end != '/') ++end;
    const Name name{rest, static_cast<uint64_t>(end - rest)};
    if (name.length > kMaximumName) return Status::NameTooLong;
    const bool is_last = [&] {
      const char* after = end;
      while (*after == '/') ++after;
      return *after == 0;
    }();

    if (name.is(".") || name.is("..")) {
      if (name.length == 2 && current->parent != nullptr) current = current->parent;
      place = {nullptr, {}, current, false};
      rest = end;
      continue;
    }
    Entry* entry = find_entry(*current, name);
    if (entry == nullptr) {
      if (!is_last) return Status::NotFound;
      place = {current, name, nullptr, *end == '/'};
      return Status::Ok;
    }
    Node* node = entry->node;
    const bool follow = last == LastName::Follow || (last == LastName::Keep && *end == '/');
    if (node->is_link() && (!is_last || follow)) {
      if (++links > kMaximumLinks) return Status::SymbolicLinkLoop;
      const Status status = expand_link(buffer, *node, end);
      if (status != Status::Ok) return status;
      rest = buffer.text;
      if (*rest == '/') current = root_;
      place = {nullptr, {}, current, false};
      continue;
    }
    place = {current, name, node, *end == '/'};
    const bool must_be_directory = !is_last || (place.needs_directory && last != LastName::Leave);
    if (must_be_directory && !node->is_directory()) return Status::NotDirectory;
    if (is_last) return Status::Ok;
    current = node;
    rest = end;
  }
}

int64_t Tree::path_of(Node& node, char* buffer, uint64_t capacity) {
  Node* current = &node;
  uint64_t start = capacity;
  while (current != root_) {
    Node* parent = current->parent;
    if (parent == nullptr) return static_cast<int64_t>(Status::NotFound);
    const Entry* found = nullptr;
    for (const Entry& entry : parent->entries) {
      if (entry.node == current) found = &entry;
    }
    if (found == nullptr) return static_cast<int64_t>(Status::NotFound);
    if (found->length + 1 > start) return static_cast<int64_t>(Status::OutOfRange);
    start -= found->length;
    memcpy(buffer + start, found->name, found->length);
    buffer[--start] = '/';
    current = parent;
  }
  if (start == capacity) {
    if (capacity == 0) return static_cast<int64_t>(Status::OutOfRange);
    buffer[--start] = '/';
  }
  memmove(buffer, buffer + start, capacity - start);
  return static_cast<int64_t>(capacity - start);
}

}  // namespace hop::files
