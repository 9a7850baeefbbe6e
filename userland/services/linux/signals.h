// SPDX-License-Identifier: GPL-2.0-or-later
// A task's signal state, default actions and handlers (signal(7)).
#pragma once
#include <cstdint>

#include "userland/services/linux/abi/signal.h"
#include "userland/services/linux/abi/signal_frame.h"

namespace hop::personality {

struct Task;

enum class DefaultAction : uint8_t { Terminate, Ignore, Stop };

struct SignalState {
  SignalAction actions[kSignalCount + 1] = {};  ///< by number; 0 unused
  uint64_t blocked = 0, pending = 0;
  uint64_t mask_after = 0;  ///< what sigsuspend replaced, to be restored by the handler's return
  bool has_mask_after = false;
  SignalStack alternate = {0, kStackDisabled, 0, 0};
  int32_t codes[kSignalCount + 1] = {};     ///< SignalCode of what is pending
  uint32_t senders[kSignalCount + 1] = {};  ///< the task that it came from, 0 = none
  uint32_t fatal = 0;                       ///< a signal that ends the task wherever it is; 0: none
};

[[nodiscard]] DefaultAction default_action(uint32_t signal);
/// Whether a signal would do nothing if it were delivered.
[[nodiscard]] bool is_ignored(const SignalState& state, uint32_t signal);

/// A signal for the task. It is delivered when a call of its ends, and ends the call's waiting; one that ends the task
/// does so also while the program runs. sender: a task's number, 0 for none.
void raise_signal(Task& task, uint32_t signal, int32_t code, uint32_t sender);

/// True if a signal waits that is not blocked.
[[nodiscard]] inline bool has_deliverable(const SignalState& state) {
  return (state.pending & ~state.blocked) != 0;
}

/// The registers that the entry code saved and restores (entry.S), beside those in the frame below.
struct SavedRegisters {
  uint64_t rdi, rsi, rdx, r10, r8, r9, rcx, r11;
};

/// With --save=none also these, beyond the others; else the frame has them.
struct KeptRegisters {
  uint64_t rbx, rbp, r12, r13, r14, r15;
};

/// At the end of a call: acts on the pending signals that are not blocked, ends or stops the task or lets it continue
/// in a handler. number and result: of the call; returns RAX, or ERESTARTSYS: the call is to be made again.
[[nodiscard]] int64_t deliver_signals(Task& task, SavedRegisters& saved, uint64_t number, int64_t result);
/// The registers of a program that called.
[[nodiscard]] SignalRegisters registers_of(const SavedRegisters& saved);
/// The program continues with these behind its call.
void set_registers(const SignalRegisters& registers, SavedRegisters& saved);

/// The program has been taken out of what it did (thread_trap): the same, in the middle of it.
void deliver_between(Task& task);

/// The task faulted: continues in its handler, if it has one that can be entered. False: it must end.
[[nodiscard]] bool deliver_fault(Task& task, const SignalInformation& information, const SignalRegisters& registers);

/// rt_sigreturn: the registers of the frame at the program's RSP come back. False: there is no such frame.
[[nodiscard]] bool restore_from_frame(Task& task, SavedRegisters& saved, int64_t& result);

}  // namespace hop::personality
