// SPDX-License-Identifier: GPL-2.0-or-later
// What a run puts into the machine beside kernel and services: the root, the commands, native programs.
#pragma once
#include <string>
#include <vector>

#include "emu/cli/options.h"
#include "emu/image/host_file.h"
#include "emu/platform/result.h"

namespace emu::cli {

struct NativeProgram {
  std::string name;  ///< of its file
  Bytes elf;
};

struct GuestFiles {
  Bytes root;      ///< newc cpio
  Bytes commands;  ///< empty for a native program
  std::vector<NativeProgram> natives;
  std::vector<std::string> warnings;  ///< one sentence each
};

/// Finds and checks the programs and reads all files. Nothing is started or written.
[[nodiscard]] Result<GuestFiles> collect_guest_files(const RunOptions& options);

}  // namespace emu::cli
