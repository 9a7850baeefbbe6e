// SPDX-License-Identifier: GPL-2.0-or-later
// The names in one directory.
#pragma once
#include "userland/services/files/node.h"

namespace hop::files {

constexpr uint64_t kMaximumName = 255;

/// A piece of a path; not NUL-terminated.
struct Name {
  const char* text = "";
  uint64_t length = 0;
  [[nodiscard]] bool is(const char* other) const;
};

/// The entry of a name, or nullptr. Valid until the directory changes.
[[nodiscard]] Entry* find_entry(Node& directory, const Name& name);
/// Adds a name that is not there. NoSpace.
[[nodiscard]] Status add_entry(Node& directory, const Name& name, Node& node);
void remove_entry(Node& directory, Entry& entry);

}  // namespace hop::files
