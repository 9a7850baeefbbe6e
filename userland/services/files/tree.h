// SPDX-License-Identifier: GPL-2.0-or-later
// The tree of files, and the operations on it that take paths. Plain memory: nothing here hops.
//
// A directory may be covered by a mounted volume. Nodes in memory are freed when they have neither links nor uses; who
// keeps a node across operations holds a use. Errors are Linux's, in Linux's order (fs/namei.c), for a user who may do
// everything.
#pragma once
#include "userland/services/files/mount.h"

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

  /// Covers a directory with a volume, which the caller ends after the tree. Busy, NotDirectory, NoSpace.
  [[nodiscard]] Status mount(Node& point, ext2::Volume& volume);
  /// Writes what mounted volumes have not written yet.
  [[nodiscard]] Status sync();
  /// Between operations: nodes that nobody uses are not kept.
  void trim();

  /// The attributes are up to date. InputOutput.
  [[nodiscard]] Status refresh(Node& node) { return node.mount == nullptr ? Status::Ok : node.mount->refresh(node); }
  [[nodiscard]] Status change(Node& node, const ext2::AttributeChange& change);
  /// As Content's.
  template <typename Sink>
  [[nodiscard]] int64_t read(Node& node, uint64_t offset, uint64_t length, Sink&& sink) {
    if (node.mount == nullptr) return node.content.read(offset, length, sink);
    return node.mount->volume().read(static_cast<uint32_t>(node.inode), offset, length, sink);
  }
  template <typename Source>
  [[nodiscard]] int64_t write(Node& node, uint64_t offset, uint64_t length, Source&& source) {
    if (node.mount != nullptr)
      return node.mount->volume().write(static_cast<uint32_t>(node.inode), offset, length, source);
    const int64_t written = node.content.write(offset, length, source);
    if (written > 0) touch_modified(node);
    return written;
  }
  [[nodiscard]] Status truncate(Node& node, uint64_t size);
  /// Calls visit(name, inode, DT_* or 0 if unknown, next cookie) -> bool for the entries behind a cookie, until false.
  template <typename Visit>
  [[nodiscard]] Status read_directory(Node& node, uint64_t cookie, Visit&& visit);

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
  [[nodiscard]] Status find_child(Node& directory, const Name& name, Node*& node);
  [[nodiscard]] Status find_parent(Node& directory, Node*& parent);
  [[nodiscard]] static bool is_mounted_root(const Node* node) {
    return node != nullptr && node->mount != nullptr && &node->mount->root() == node;
  }

  Clock clock_;
  Node* root_ = nullptr;
  uint64_t next_inode_ = 2;
  uint64_t nodes_ = 0;
  Vector<Mount*> mounts_;
};

template <typename Visit>
Status Tree::read_directory(Node& node, uint64_t cookie, Visit&& visit) {
  if (node.mount != nullptr) {
    const uint64_t own = node.inode;
    return node.mount->volume().read_directory(
        static_cast<uint32_t>(own), cookie, [&](const ext2::Name& name, uint32_t inode, uint32_t type, uint64_t next) {
          // the way up from a volume leads to a directory of another one
          const bool is_up = own == ext2::kRootInode && name.length == 2 && ext2::is_reserved(name);
          const uint64_t number = is_up ? node.mount->point().parent->inode : inode;
          return visit(Name{name.text, name.length}, number, type >> 12, next);
        });
  }
  if (cookie == 0 && !visit(Name{".", 1}, node.inode, kTypeDirectory >> 12, cookie = 1)) return Status::Ok;
  if (cookie == 1 && !visit(Name{"..", 2}, node.parent->inode, kTypeDirectory >> 12, cookie = 2)) return Status::Ok;
  for (const Entry* entry = node.names.after(cookie); entry != nullptr; entry = node.names.after(cookie)) {
    const Node& named = entry->node->covered_by != nullptr ? *entry->node->covered_by : *entry->node;
    cookie = entry->cookie;
    if (!visit(Name{entry->text, entry->length}, named.inode, named.type() >> 12, cookie)) return Status::Ok;
  }
  return Status::Ok;
}

}  // namespace hop::files
