// SPDX-License-Identifier: GPL-2.0-or-later
// hop lab.
#pragma once
#include <string>

#include "emu/cli/options.h"
#include "emu/platform/result.h"

namespace emu::cli {

struct LabAnswer {
  std::string text;
  int status = 0;  ///< of hop: 0, or kLabFailed
};

/// The list of labs, or the report of one, which is run now. An error is a sentence for the user.
[[nodiscard]] Result<LabAnswer> answer_lab(const LabOptions& options);

}  // namespace emu::cli
