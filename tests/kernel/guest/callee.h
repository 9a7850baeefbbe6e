// SPDX-License-Identifier: GPL-2.0-or-later
// What runs in a child space (callee.S), and a caller that watches all its registers.
#pragma once
#include <cstdint>

extern "C" {
/// Gate entries. RDI is what they are told.
void callee_add_one();        ///< returns RDI + 1
void callee_read();           ///< reads the word at RDI; faults if it cannot
void callee_call();           ///< calls the gate that RDI names, with RDI := RSI, RSI := RDX; adds 1 to its result
void callee_recurse();        ///< calls the selector in RDI (its own) again and again; 1 + the result
void callee_recover();        ///< recovery entry: returns 1000 + the vector
void callee_divide();         ///< divides by zero
void callee_syscall();        ///< executes syscall, then returns the word that FS points at
void callee_call_and_word();  ///< calls the gate that RDI names, then the same
void callee_thread_word();    ///< returns the word that FS points at
void callee_spin();           ///< counts spin_count up for ever
void callee_overwrite();      ///< overwrites every register but RSP, then faults by reading address RDI
void callee_fault_gate();     ///< a fault gate: asks for the fault's vector and makes the program go on at
                              ///< fault_gate_continue

extern volatile uint64_t spin_count;
extern uint64_t fault_gate_vector, fault_gate_continue;

/// Calls a gate with RDI RSI RDX; checks that RBX RBP R12-R15 survive and that the others come back as 0. Returns
/// RAX, and in `broken` the number of registers that are wrong.
int64_t call_and_watch(uint64_t selector, uint64_t rdi, uint64_t rsi, uint64_t rdx, uint64_t* broken);
}
