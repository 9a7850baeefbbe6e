// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers and sizes of the command line.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace emu::cli {

/// A decimal number without sign, or nothing.
[[nodiscard]] std::optional<uint64_t> parse_number(const std::string& text);

/// "512M", "1G", "16777216": bytes, or nothing if it is no size.
[[nodiscard]] std::optional<uint64_t> parse_size(const std::string& text);

}  // namespace emu::cli
