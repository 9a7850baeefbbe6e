// SPDX-License-Identifier: GPL-2.0-or-later
// Paths as a kernel resolves them, below any directory.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "emu/platform/result.h"

namespace emu {

/// Resolves a path as a kernel does, below a directory that stands for its root.
/// Visits everything it passes, links included, in the order of the walk.
struct PathWalk {
  std::string root;             ///< directory of the host that is "/"; "" = the host's own root
  std::string directory = "/";  ///< where relative paths start, absolute, seen from that root
  /// Called with the path (no leading slash) and the host's path of each thing on the way; null = nothing to do.
  std::function<MaybeError(const std::string& path, const std::string& host_path)> visit;

  /// The path of what it leads to, without leading slash and links ("" = the root), or why it leads nowhere.
  /// The error is a C library number.
  struct End {
    int error_number = 0;
    std::string path;
    MaybeError refused;  ///< what visit said
  };
  [[nodiscard]] End resolve(const std::string& path) const;
};

/// What a symbolic link of the host says, or no value with errno set.
[[nodiscard]] std::optional<std::string> read_link(const std::string& host_path);

}  // namespace emu
