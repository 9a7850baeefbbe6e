// SPDX-License-Identifier: GPL-2.0-or-later
// What the instruction table says, as the manual prints it: one block an instruction, in chapter 3.
#pragma once
#include <string>

#include "isa-ext/encoding/table.h"

namespace asx {

/// Syntax, encoding, examples, operands and privilege of an instruction, between two marks.
[[nodiscard]] std::string manual_block(const InstructionRow& row);

/// The chapter with every block that has marks renewed; all else as it was.
[[nodiscard]] std::string with_manual_blocks(const std::string& chapter);

}  // namespace asx
