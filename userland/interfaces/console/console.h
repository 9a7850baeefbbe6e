// SPDX-License-Identifier: GPL-2.0-or-later
// console: the serial lines. Registered as "console".
#pragma once
#include <cstdint>

namespace hop::console {

/// RAX; line in RDI (0: the program's stdin and stdout, 1: its stderr). Buffers are pointers into the stack half (or
/// any space that caller and console both have there); a bad one is BadAddress.
enum class Operation : uint64_t {
  Write = 0,       ///< RSI buffer, RDX length; returns the bytes written (all of them)
  Read = 1,        ///< RSI buffer, RDX length; waits for at least one byte; 0 = end of input
  Poll = 2,        ///< returns bit 0: a Read would not wait, bit 1: a Write would not wait
  WaitInput = 3,   ///< RSI deadline as clock value; returns Ok when a Read would not wait, or TimedOut
  Flush = 4,       ///< waits until everything written has left
  Attributes = 5,  ///< returns kIsTerminal or 0; RDX rows << 16 | columns
  WriteWords = 6,  ///< RSI length, at most kWordsBytes; RDX R10 R8 R9 the bytes; returns Ok
};
constexpr uint64_t kWordsBytes = 32;
constexpr uint64_t kIsTerminal = 1;

}  // namespace hop::console
