// SPDX-License-Identifier: GPL-2.0-or-later
// Where a PROGRAM of the command line is, on the host and in the guest.
#pragma once
#include <string>
#include <vector>

#include "emu/platform/result.h"

namespace emu::cli {

struct FoundProgram {
  std::string host_path;
  std::string guest_path;   ///< absolute
  bool is_in_root = false;  ///< found below the directory of --root
};

/// What the search depends on.
struct ProgramSearch {
  std::string root;        ///< directory of --root, or empty
  std::string directory;   ///< the host's current directory
  std::string host_path;   ///< PATH of the host
  std::string guest_path;  ///< PATH of the guest, for names searched for in the root
};

/// Finds a readable, executable regular file, or says in one sentence what is wrong with what is there instead.
[[nodiscard]] Result<FoundProgram> find_program(const ProgramSearch& search, const std::string& name);

}  // namespace emu::cli
