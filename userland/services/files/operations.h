// SPDX-License-Identifier: GPL-2.0-or-later
// The operations of userland/interfaces/files/files.h, on behalf of one client.
#pragma once
#include "userland/interfaces/files/files.h"
#include "userland/runtime/gate.h"
#include "userland/services/files/handles.h"

namespace hop::files {

/// Bytes of memory that files may still take.
[[nodiscard]] uint64_t room();

class Operations {
 public:
  Operations(Tree& tree, HandleTable& handles) : tree_(tree), handles_(handles) {}
  Reply serve(const Request& request);

 private:
  Reply open(const Arguments& a);
  Reply read(const Arguments& a);
  Reply write(const Arguments& a);
  Reply read_directory(const Arguments& a);
  Reply read_link(const Arguments& a);
  Reply rename(const Arguments& a);
  Reply link(const Arguments& a);
  Reply symbolic_link(const Arguments& a);
  Reply path(const Arguments& a);
  Reply file_system(const Arguments& a);
  Status truncate(const Arguments& a);
  Status unlink(const Arguments& a);
  Status make(uint64_t directory, uint64_t path_pointer, uint32_t mode, uint64_t rdev);
  Status write_status(const Node& node, uint64_t pointer);
  Status set_times(Node& node, uint64_t access, uint64_t modify);

  /// Copies a path in and walks it. The place may point into it.
  Status find(uint64_t directory, uint64_t path_pointer, LastName last_name, PathBuffer& path, Place& place);
  /// The node of a path that must exist, or with path pointer 0 of the handle itself.
  Status find_node(uint64_t handle, uint64_t path_pointer, LastName last_name, Node*& node);

  Tree& tree_;
  HandleTable& handles_;
};

}  // namespace hop::files
