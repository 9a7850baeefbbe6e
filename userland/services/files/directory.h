// SPDX-License-Identifier: GPL-2.0-or-later
// The names in one directory: in the order of their creation, with a hash table over them.
#pragma once
#include <cstdint>

#include "kernel/abi/status.h"
#include "userland/lib/vector.h"

namespace hop::files {

constexpr uint64_t kMaximumName = 255;

struct Node;

/// A piece of a path; not NUL-terminated.
struct Name {
  const char* text = "";
  uint64_t length = 0;
  [[nodiscard]] bool is(const char* other) const;
};

struct Entry {
  char* text;  ///< owned, NUL-terminated
  uint32_t length;
  uint32_t hash;
  uint64_t cookie;  ///< its place in the order of creation, from 3 on; never used twice in a directory
  Node* node;       ///< null: removed, and text is gone
};

class Directory {
 public:
  Directory() = default;
  Directory(const Directory&) = delete;
  ~Directory();

  [[nodiscard]] uint64_t size() const { return entries_.size() - removed_; }
  /// The entry of a name, or nullptr. Valid until the directory changes.
  [[nodiscard]] Entry* find(const Name& name);
  /// The first entry with a greater cookie, or nullptr.
  [[nodiscard]] const Entry* after(uint64_t cookie) const;
  /// Adds a name that is not there. NoSpace.
  [[nodiscard]] Status add(const Name& name, Node& node);
  void remove(Entry& entry);

 private:
  [[nodiscard]] bool index_all(uint64_t slots);
  void index(uint64_t position);
  void drop_removed();

  Vector<Entry> entries_;     ///< by cookie
  Vector<uint32_t> slots_;    ///< positions in entries_, plus 1; 0 = free. A power of two, at most half of them taken
  uint64_t removed_ = 0;      ///< entries without a node
  uint64_t next_cookie_ = 3;  ///< 1 and 2 are what follows "." and ".."
};

}  // namespace hop::files
