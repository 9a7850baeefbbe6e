// SPDX-License-Identifier: GPL-2.0-or-later
// The registers of the program that are in the frame below this service's.
#pragma once
#include <cstdint>

#include "userland/services/linux/abi/signal_frame.h"

namespace hop::personality {

/// Those that a call's frame holds: RBX RBP RSP R12-R15 RIP and flags.
void read_call_frame(SignalRegisters& registers);
void write_call_frame(const SignalRegisters& registers);
/// All, of a program that faulted.
void read_fault_frame(SignalRegisters& registers);
/// Those that the entry into a handler changes: RIP RSP RDI RSI RDX RAX and flags.
void write_handler_entry(const SignalRegisters& registers);

/// The vector registers are the program's all the time: this service's code never touches them.
void save_vector_state(VectorState& state);
/// Ignores what the program has put into reserved bits.
void restore_vector_state(VectorState& state);

}  // namespace hop::personality
