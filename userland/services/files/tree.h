// SPDX-License-Identifier: GPL-2.0-or-later
// The tree of files, and the operations on it that take paths. Plain memory: nothing here hops.
//
// Nodes are freed when they have neither links nor uses; who keeps a node across operations holds a use.
#pragma once
#include "userland/services/files/directory.h"

namespace hop::files {

constexpr uint64_t kMaximumPath = 4096;  ///< with its NUL
constexpr unsigned kMaximumLinks = 40;   ///< symbolic links followed in one path

/// What a path leads to. With a parent and no node, the last name is free to be made.
struct Place {
  Node* parent = nullptr;  ///< null if the path ends in "/", "." or ".."
  Name name;
  Node* node = nullptr;
  bool needs_directory = false;  ///< the path ends in a slash
};

/// What to do with a symbolic link that is the last name of a path.
enum class LastName {
  Follow,
  Keep,   ///< follow it only if a slash comes after it
  Leave,  ///< never: the path names a place where something is made or removed, slash or not
};

/// A path while it is walked; symbolic links are expanded in place. Place::name points into it.
struct PathBuffer {
  char text[kMaximumPath];
  char spare[kMaximumPath];
};

class Tree {
 public:
  using Clock = uint64_t (*)();  ///< Unix time in nanoseconds

  explicit Tree(Clock clock);
  Tree(const Tree&) = delete;
  /// Nothing may be in use any more.
  ~Tree();

  [[nodiscard]] Node& root() { return *root_; }
  [[nodiscard]] uint64_t now() const { return clock_(); }
  [[nodiscard]] uint64_t nodes() const { return nodes_; }

  /// Walks a path (NUL-terminated, in buffer.text) from a directory. Errors as Linux's path_resolution(7): NotFound,
  /// NotDirectory, NameTooLong, SymbolicLinkLoop. A missing last name is no error.
  [[nodiscard]] Status walk(Node& from, PathBuffer& buffer, LastName last, Place& place);

  /// Makes a node at a free place. NoSpace; NotFound if the directory was removed or the path needs a directory.
  [[nodiscard]] Status make(const Place& place, uint32_t mode, uint64_t rdev, Node*& made);
  [[nodiscard]] Status make_link(const Place& place, const char* target);
  [[nodiscard]] Status link(Node& node, const Place& place);
  [[nodiscard]] Status unlink(const Place& place, bool directory);
  [[nodiscard]] Status rename(const Place& from, const Place& to, bool replace);

  void use(Node& node) { ++node.uses; }
  void release_use(Node& node);

  /// Absolute path of a directory or of the first name found for a node; its length, or NotFound.
  [[nodiscard]] int64_t path_of(Node& node, char* buffer, uint64_t capacity);

  void touch_modified(Node& node);
  void touch_changed(Node& node) { node.change_time = now(); }

 private:
  [[nodiscard]] Node* create_node(uint32_t mode);
  void drop_link(Node& node);
  void empty(Node& directory);
  void end_if_unused(Node& node);
  [[nodiscard]] Status expand_link(PathBuffer& buffer, const Node& node, const char* rest);
  [[nodiscard]] Status check_new(const Place& place, bool is_directory) const;
  [[nodiscard]] bool is_within(const Node& inner, const Node& outer) const;
  [[nodiscard]] Status check_replace(const Node& moved, const Node& target) const;

  Clock clock_;
  Node* root_ = nullptr;
  uint64_t next_inode_ = 2;
  uint64_t nodes_ = 0;
};

}  // namespace hop::files
