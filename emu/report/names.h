// SPDX-License-Identifier: GPL-2.0-or-later
// Names of numbers, as reports print them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "emu/machine/statistics.h"

namespace emu {

/// "page fault", "timer interrupt"; "vector 23" for one without a name.
[[nodiscard]] std::string vector_name(uint32_t vector);

/// "code stack privileged": the kinds a space has, of asx::SpaceFlag.
[[nodiscard]] std::vector<std::string> space_kinds(uint32_t flags);

/// The space's name; "space 7" if it has none. With a second one of the same name among the spaces: "stack#7".
[[nodiscard]] std::string space_label(const std::vector<SeenSpace>& spaces, uint32_t index);

/// The hops, most frequent first; equal ones in the order of from, to, gate.
[[nodiscard]] std::vector<HopCount> sorted_hops(const Statistics& statistics);

}  // namespace emu
