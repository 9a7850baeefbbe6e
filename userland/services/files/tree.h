// SPDX-License-Identifier: GPL-2.0-or-later
// The tree of files, and the operations on it that take paths. Plain memory: nothing here hops.
//
// Nodes are freed when they have neither links nor uses; who keeps a node across operations holds a use. Errors are
// Linux's, in Linux's order (fs/namei.c), for a user who may do everything.
#pragma once
#include "userland/services/files/node.h"

namespace hop::files {

constexpr uint64_t kMaximumPath = 4096;  ///< with its NUL
constexpr unsigned kMaximumLinks = 40;   ///< symbolic links followed in one path

/// What to do with a symbolic link that is the last name of a path.
enum class LastName {
  Follow,
  Keep,   ///< follow it only if a slash comes after it
  Leave,  ///< never: the path names a place where something is made or removed, slash or not
};

/// How a path ends.
enum class Ending { Root, Dot, DotDot, Name };

/// What a path leads to. If it ends in a name and has no node, that name is free.
struct Place {
  Ending ending = Ending::Root;
  Node* parent = nullptr;  ///< of the name at the end
  Name name;               ///< points into the path, or into the target of a symbolic link
  Node* node = nullptr;
  bool has_slash = false;  ///< the path ends in a slash
};

struct PathBuffer {
  char text[kMaximumPath];  ///< NUL-terminated
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

  /// Walks a path from a directory. Errors as path_resolution(7): NotFound, NotDirectory, NameTooLong,
  /// SymbolicLinkLoop. A missing last name is no error. A path that ends in a slash leads to a directory, unless its
  /// last name is to be left.
  [[nodiscard]] Status walk(Node& from, const PathBuffer& path, LastName last_name, Place& place);

  // At places that were found with LastName::Leave; `make` of a regular file also with the others.
  [[nodiscard]] Status make(const Place& place, uint32_t mode, uint64_t rdev, Node*& made);
  [[nodiscard]] Status make_link(const Place& place, const char* target);
  [[nodiscard]] Status link(Node& node, const Place& place);
  [[nodiscard]] Status unlink(const Place& place, bool directory);
  [[nodiscard]] Status rename(const Place& from, const Place& to, bool replace);

  void use(Node& node) { ++node.uses; }
  void release_use(Node& node);

  /// An absolute path of the node; its length without NUL, NotFound if it has none, OutOfRange.
  [[nodiscard]] int64_t path_of(Node& node, char* buffer, uint64_t capacity);

  void touch_modified(Node& node);
  void touch_changed(Node& node) { node.change_time = now(); }

 private:
  [[nodiscard]] Node* create_node(uint32_t mode);
  void end_if_unused(Node* node);
  void remove_name(Node& directory, Entry& entry);
  [[nodiscard]] Status remove_file(const Place& place);
  [[nodiscard]] Status remove_directory(const Place& place);
  void drop_link(Node& node);
  void drop_directory(Node& node);
  [[nodiscard]] Status check_new(const Place& place, bool is_directory) const;
  [[nodiscard]] Status check_rename(const Place& from, const Place& to, bool replace) const;
  [[nodiscard]] Node* find_name_of(const Node& node, const Entry*& entry);

  Clock clock_;
  Node* root_ = nullptr;
  uint64_t next_inode_ = 2;
  uint64_t nodes_ = 0;
};

}  // namespace hop::files
