// SPDX-License-Identifier: GPL-2.0-or-later
// The registers of the program that are in the frame below this service's.
#pragma once
#include <cstdint>

#include "userland/services/linux/abi/signal_frame.h"

namespace hop::personality {

struct SavedRegisters;

/// RBX RBP RSP R12-R15 RIP and flags of a program that called: what its frame holds, or with --save=none the entry code
/// beyond the saved registers.
void read_call_frame(const SavedRegisters& saved, SignalRegisters& registers);
/// The same and, with --save=all, those that would else come back as they were at the call.
void write_call_frame(const SignalRegisters& registers, SavedRegisters& saved);
/// All, of a program that faulted.
void read_fault_frame(SignalRegisters& registers);
/// Those that the entry into a handler changes: RIP RSP RDI RSI RDX RAX and flags.
void write_handler_entry(const SignalRegisters& registers);

/// The vector registers are the program's all the time: this service's code never touches them.
void save_vector_state(VectorState& state);
/// Ignores what the program has put into reserved bits.
void restore_vector_state(VectorState& state);

}  // namespace hop::personality
