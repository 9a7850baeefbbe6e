// SPDX-License-Identifier: GPL-2.0-or-later
// The instruction table as macros for the GNU assembler.
#pragma once
#include <string>

namespace asx {

/// One macro a row, in both operand syntaxes: registers with or without %, destination first as in the manual.
/// Works with .include and with #include, and twice in one file.
[[nodiscard]] std::string gas_macros();

}  // namespace asx
