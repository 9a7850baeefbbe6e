// SPDX-License-Identifier: GPL-2.0-or-later
// Unpacks an archive in the "newc" format (cpio(5)) into a tree. The bytes of files stay in the archive.
#pragma once
#include "userland/services/files/tree.h"

namespace hop::files {

/// Ok; Invalid if the archive is damaged (what came before stays); NoSpace.
[[nodiscard]] Status unpack(Tree& tree, const uint8_t* archive, uint64_t size);

}  // namespace hop::files
