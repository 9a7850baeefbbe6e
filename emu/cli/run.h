// SPDX-License-Identifier: GPL-2.0-or-later
// hop run.
#pragma once
#include <span>
#include <vector>

#include "emu/cli/options.h"
#include "emu/image/builtin.h"

namespace emu::cli {

/// Builds a machine, runs it with the process's standard input and outputs, reports. Returns the exit status of hop.
[[nodiscard]] int run(const RunOptions& options, std::span<const std::byte> kernel,
                      const std::vector<BuiltinService>& services);

/// One line on standard error that begins with "hop: "; returns ExitStatus::kUsage.
int report_error(const std::string& sentence);

}  // namespace emu::cli
