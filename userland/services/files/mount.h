// SPDX-License-Identifier: GPL-2.0-or-later
// An ext2 volume that covers a directory of the tree. Its files have nodes like the others, but only while somebody
// needs them: a node is made when a path leads to it, with a copy of the attributes, and holds the inode.
#pragma once
#include "userland/lib/ext2/volume.h"
#include "userland/services/files/node.h"

namespace hop::files {

class Mount {
 public:
  Mount(ext2::Volume& volume, Node& point) : volume_(volume), point_(point) {}
  Mount(const Mount&) = delete;
  /// Nothing may be in use any more. Does not end the volume.
  ~Mount();
  /// InputOutput, NoSpace.
  [[nodiscard]] Status start();

  [[nodiscard]] ext2::Volume& volume() { return volume_; }
  [[nodiscard]] Node& root() { return *root_; }
  [[nodiscard]] Node& point() { return point_; }

  [[nodiscard]] static const VolumeNode& own(const Node& node) { return static_cast<const VolumeNode&>(node); }

  /// Copies the attributes anew.
  [[nodiscard]] Status refresh(Node& node);
  /// node: nullptr if there is no such name.
  [[nodiscard]] Status find(Node& directory, const Name& name, Node*& node);
  /// The directory above one, which for the root is the one above the point.
  [[nodiscard]] Status find_parent(Node& directory, Node*& parent);
  /// A directory with a name of the node, and the name. NotFound.
  [[nodiscard]] Status find_name(Node& node, Node*& directory, char (&text)[kMaximumName], uint64_t& length);

  // What the tree has checked is not checked again.
  [[nodiscard]] Status make(Node& directory, const Name& name, uint32_t mode, uint64_t rdev, Node*& made);
  [[nodiscard]] Status make_link(Node& directory, const Name& name, const char* target);
  [[nodiscard]] Status link(Node& node, Node& directory, const Name& name);
  [[nodiscard]] Status remove(Node& directory, const Name& name, Node& node);
  [[nodiscard]] Status rename(Node& from, const Name& from_name, Node& to, const Name& to_name, Node* replaced);
  [[nodiscard]] Status change(Node& node, const ext2::AttributeChange& change);

  /// The last use of a node is over.
  void end_use(Node& node);
  /// Ends the nodes that nobody uses, if there are many. Nobody may have a pointer to one.
  void trim();

 private:
  static constexpr uint64_t kKeptNodes = 128;
  [[nodiscard]] Status find_node(uint32_t inode, Node*& node);
  [[nodiscard]] static VolumeNode& own(Node& node) { return static_cast<VolumeNode&>(node); }
  [[nodiscard]] static uint32_t number_of(const Node& node) { return static_cast<uint32_t>(node.inode); }
  void end(uint64_t index);
  void end_if_removed(Node& node);

  ext2::Volume& volume_;
  Node& point_;
  Node* root_ = nullptr;
  Vector<VolumeNode*> nodes_;
};

}  // namespace hop::files
