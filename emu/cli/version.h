// SPDX-License-Identifier: GPL-2.0-or-later
// hop --version.
#pragma once
#include <string>

namespace emu::cli {

/// "hop 0.1.0" and the engine that executes the guest's instructions.
[[nodiscard]] std::string version_text();

}  // namespace emu::cli
