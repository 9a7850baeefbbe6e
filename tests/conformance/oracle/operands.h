// SPDX-License-Identifier: GPL-2.0-or-later
// Manual 7.1: which selector register names the space of an operand, in the modes that are not tagged.
#pragma once
#include <cstdint>

namespace oracle {

enum class Base : uint8_t { None, Rip, General };
enum class Prefix : uint8_t { None, Es, Cs, Ss, Ds };

/// The row of the table, in the column of access registers or of segments. 0: the code space.
[[nodiscard]] uint8_t operand_space(bool is_segment_mode, Base base, uint8_t number, Prefix prefix);

}  // namespace oracle
