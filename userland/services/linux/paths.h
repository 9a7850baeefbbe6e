// SPDX-License-Identifier: GPL-2.0-or-later
// Path arguments: taken from the program, made ready for the files service. Most are passed on where they lie,
// uncopied; those under /proc/self and /dev/fd are answered here, as files knows of no tasks.
#pragma once
#include <cstdint>

#include "userland/services/linux/task.h"

namespace hop::personality {

enum class PathKind : uint8_t {
  Plain,
  Program,      ///< /proc/self/exe; address and text name the program's file
  Descriptor,   ///< /proc/self/fd/N, /dev/fd/N, /dev/stdin and its kin
  Information,  ///< a text of /proc: proc_text.h
};

struct PathArgument {
  PathKind kind = PathKind::Plain;
  uint32_t descriptor = 0;  ///< PathKind::Descriptor
  uint64_t directory = 0;   ///< for the files service; ignored by it if the path is absolute
  uint64_t address = 0;     ///< of the NUL-terminated path, usable here and in files
  uint64_t length = 0;
  char text[kPathMaximum] = {};
};

/// Takes a path of the program. message: where to put a path that is not the program's own (kMessagePath...).
/// EFAULT, ENAMETOOLONG, ENOENT for an empty path, EBADF, ENOTDIR.
[[nodiscard]] int64_t take_path(Task& task, uint64_t directory_descriptor, uint64_t pointer, uint64_t message,
                                PathArgument& path);

/// True if the program passed an empty path.
[[nodiscard]] bool is_empty_path(uint64_t pointer);

/// What a descriptor's link in /proc/self/fd says: length, or an error.
[[nodiscard]] int64_t describe_descriptor(Task& task, uint64_t descriptor, char* text, uint64_t capacity);

}  // namespace hop::personality
