// SPDX-License-Identifier: GPL-2.0-or-later
// Files of the host, read whole.
#pragma once
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "emu/platform/result.h"

namespace emu {

using Bytes = std::vector<std::byte>;

/// The whole regular file. Fails if it cannot be opened or read, or if its size is another one than `expected` (as the
/// caller saw it before) at the end: then somebody writes to it.
[[nodiscard]] Result<Bytes> read_host_file(const std::string& path, uint64_t expected);

/// As above, with the size it has when it is opened.
[[nodiscard]] Result<Bytes> read_host_file(const std::string& path);

/// "no such file or directory", as the host's C library says it, without its capital letter.
[[nodiscard]] std::string error_text(int error_number);

}  // namespace emu
