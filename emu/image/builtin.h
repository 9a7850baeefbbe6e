// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel and the services that every machine starts with: ELF images that the build put into this program.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace emu {

struct BuiltinService {
  std::string_view name;
  uint32_t authority;  ///< hop::Authority
  std::span<const std::byte> elf;
};

[[nodiscard]] std::span<const std::byte> builtin_kernel();

/// In the order in which they start.
[[nodiscard]] const std::vector<BuiltinService>& builtin_services();

}  // namespace emu
