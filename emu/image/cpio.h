// SPDX-License-Identifier: GPL-2.0-or-later
// Writes a file tree as a cpio archive in the "newc" format (Linux Documentation/driver-api/early-userspace/
// buffer-format.rst), which the files service unpacks as the guest's root.
#pragma once
#include "emu/image/file_tree.h"
#include "emu/image/host_file.h"
#include "emu/platform/result.h"

namespace emu {

/// Reads the contents from the host while it writes. Names have no leading slash, the root itself is ".".
/// Inode numbers count from 1 in order of paths. Of several names of one file the last carries the content and the
/// others are empty, as cpio programs do it. Fails if a file cannot be read, changed, or has 4 GiB or more.
[[nodiscard]] Result<Bytes> write_cpio(const FileTree& tree);

}  // namespace emu
