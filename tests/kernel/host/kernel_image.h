// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's ELF file, to be broken on purpose.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

/// Puts an undefined instruction (UD2) at the front of a function. The name is the linker's.
void break_function(std::vector<std::byte>& elf, const std::string& function);
