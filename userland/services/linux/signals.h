// SPDX-License-Identifier: GPL-2.0-or-later
// A task's signal state, default actions and handlers (signal(7)).
#pragma once
#include <cstdint>

#include "userland/services/linux/abi/signal.h"
#include "userland/services/linux/abi/signal_frame.h"

namespace hop::personality {

struct Task;

enum class DefaultAction : uint8_t { Terminate, Ignore };

struct SignalState {
  SignalAction actions[kSignalCount + 1] = {};  ///< by number; 0 unused
  uint64_t blocked = 0, pending = 0;
  uint64_t mask_after = 0;  ///< what sigsuspend replaced, to be restored by the handler's return
  bool has_mask_after = false;
  SignalStack alternate = {0, kStackDisabled, 0, 0};
  int32_t codes[kSignalCount + 1] = {};  ///< SignalCode of what is pending
};

[[nodiscard]] DefaultAction default_action(uint32_t signal);
/// Whether a signal would do nothing if it were delivered.
[[nodiscard]] bool is_ignored(const SignalState& state, uint32_t signal);

/// A signal the task sends itself, or that a call causes. It is delivered when the call ends.
void raise_signal(Task& task, uint32_t signal, int32_t code);

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

/// At the end of a call: acts on the pending signals that are not blocked, ends the task or lets it continue in a
/// handler. result: of the call; returns RAX.
[[nodiscard]] int64_t deliver_signals(Task& task, SavedRegisters& saved, int64_t result);

/// The task faulted: continues in its handler, if it has one that can be entered. False: it must end.
[[nodiscard]] bool deliver_fault(Task& task, const SignalInformation& information, const SignalRegisters& registers);

/// rt_sigreturn: the registers of the frame at the program's RSP come back. False: there is no such frame.
[[nodiscard]] bool restore_from_frame(Task& task, SavedRegisters& saved, int64_t& result);

}  // namespace hop::personality
