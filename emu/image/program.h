// SPDX-License-Identifier: GPL-2.0-or-later
// What a program file must be before a machine is built for it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "emu/platform/result.h"

namespace emu {

enum class ProgramKind {
  Linux,   ///< runs under the Linux personality
  Native,  ///< has a note of owner "Hopscotch": becomes a service of its own
};

struct ProgramFacts {
  ProgramKind kind = ProgramKind::Linux;
  uint64_t memory = 0;  ///< bytes of its loadable segments, in whole pages
};

/// Checks a static x86-64 ELF program (System V ABI, chapters 4 and 5), position-independent or not. The sentence
/// names the fault and the remedy; `name` stands in it for the file.
[[nodiscard]] Result<ProgramFacts> check_program(std::span<const std::byte> file, const std::string& name);

}  // namespace emu
