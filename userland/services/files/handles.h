// SPDX-License-Identifier: GPL-2.0-or-later
// Handles: small numbers for nodes in use, one table for each client. A client is the code space that called, known
// from the secure stack, so that nobody can use another's handles.
#pragma once
#include "userland/services/files/tree.h"

namespace hop::files {

class HandleTable {
 public:
  constexpr HandleTable() = default;
  static constexpr uint64_t kMaximumHandles = 65536;
  /// The lowest free number; takes a use of the node. TooManyFiles, NoSpace.
  [[nodiscard]] int64_t add(Tree& tree, Node& node);
  [[nodiscard]] Node* find(uint64_t handle) const { return handle < nodes_.size() ? nodes_[handle] : nullptr; }
  [[nodiscard]] Status remove(Tree& tree, uint64_t handle);
  void clear(Tree& tree);

 private:
  Vector<Node*> nodes_;
  uint64_t lowest_ = 0;  ///< no number below is free
};

}  // namespace hop::files
