// SPDX-License-Identifier: GPL-2.0-or-later
// Signals, as far as a program alone needs them: it can set actions and masks, and signal itself.
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/system_call.h"
#include "userland/services/linux/task.h"
#include "userland/services/linux/waiting.h"

namespace hop::personality {
namespace {

constexpr uint64_t kUnblockable = signal_bit(kSigKill) | signal_bit(kSigStop);

int64_t signal_self(Task& task, int32_t process, uint32_t signal, bool is_thread) {
  if (signal > kSignalCount) return kEinval;
  const bool is_self = process == kProcessId || (!is_thread && (process == 0 || process == -kProcessId));
  if (!is_self) return is_thread && process <= 0 ? kEinval : kEsrch;
  if (signal != 0) raise_signal(task, signal, is_thread ? kCodeThread : kCodeUser);
  return 0;
}

int64_t set_mask(Task& task, uint64_t operation, uint64_t set) {
  uint64_t& blocked = task.signals.blocked;
  switch (operation) {
    case kMaskBlock:
      blocked |= set;
      break;
    case kMaskUnblock:
      blocked &= ~set;
      break;
    case kMaskSet:
      blocked = set;
      break;
    default:
      return kEinval;
  }
  blocked &= ~kUnblockable;
  return 0;
}

/// Only the task itself sends it signals: those that are not there yet never come.
int64_t wait_for_signal(Task& task) {
  if (!has_deliverable(task.signals)) sleep_for_ever();
  return kEintr;
}

}  // namespace

DefaultAction default_action(uint32_t signal) {
  switch (signal) {
    case kSigChild:
    case kSigContinue:
    case kSigUrgent:
    case kSigWindow:
    case kSigStop:  // nobody could continue a stopped task
    case kSigTerminalStop:
    case kSigTerminalInput:
    case kSigTerminalOutput:
      return DefaultAction::Ignore;
    default:
      return DefaultAction::Terminate;
  }
}

bool is_ignored(const SignalState& state, uint32_t signal) {
  const uint64_t handler = state.actions[signal].handler;
  return handler == kHandlerIgnore || (handler == kHandlerDefault && default_action(signal) == DefaultAction::Ignore);
}

void raise_signal(Task& task, uint32_t signal, int32_t code) {
  if (is_ignored(task.signals, signal) && (task.signals.blocked & signal_bit(signal)) == 0) return;
  task.signals.pending |= signal_bit(signal);
  task.signals.codes[signal] = code;
}

int64_t sys_rt_sigaction(Task& task, const Arguments& a) {
  const uint32_t signal = a.word(0);
  if (a[3] != kSignalSetBytes || signal == 0 || signal > kSignalCount) return kEinval;
  if (a[1] != 0 && (kUnblockable & signal_bit(signal))) return kEinval;
  const SignalAction old = task.signals.actions[signal];
  if (a[1] != 0) {
    SignalAction action;
    if (!read_in(a[1], action)) return kEfault;
    action.mask &= ~kUnblockable;
    task.signals.actions[signal] = action;
    if (is_ignored(task.signals, signal)) task.signals.pending &= ~signal_bit(signal);
  }
  return a[2] == 0 || write_out(a[2], old) ? 0 : kEfault;
}

int64_t sys_rt_sigprocmask(Task& task, const Arguments& a) {
  if (a[3] != kSignalSetBytes) return kEinval;
  const uint64_t old = task.signals.blocked;
  if (a[1] != 0) {
    uint64_t set = 0;
    if (!read_in(a[1], set)) return kEfault;
    if (const int64_t error = set_mask(task, a.word(0), set); error < 0) return error;
  }
  if (a[2] != 0 && !write_out(a[2], old)) return kEfault;
  return 0;
}

int64_t sys_rt_sigpending(Task& task, const Arguments& a) {
  if (a[1] > kSignalSetBytes) return kEinval;
  const uint64_t pending = task.signals.pending & task.signals.blocked;
  return copy_out(a[0], &pending, a[1]) ? 0 : kEfault;
}

int64_t sys_rt_sigtimedwait(Task& task, const Arguments& a) {
  uint64_t set = 0, deadline = 0;
  if (a[3] != kSignalSetBytes) return kEinval;
  if (!read_in(a[0], set)) return kEfault;
  if (const int64_t error = take_deadline(a[2], deadline); error < 0) return error;
  if (const uint64_t ready = task.signals.pending & set; ready != 0) {
    const auto signal = static_cast<uint32_t>(__builtin_ctzll(ready)) + 1;
    task.signals.pending &= ~signal_bit(signal);
    int32_t information[32] = {static_cast<int32_t>(signal)};
    return a[1] == 0 || write_out(a[1], information) ? signal : kEfault;
  }
  if (deadline == kNoDeadline) sleep_for_ever();
  sleep_until(deadline);
  return kEagain;
}

int64_t sys_rt_sigsuspend(Task& task, const Arguments& a) {
  uint64_t set = 0;
  if (a[1] != kSignalSetBytes) return kEinval;
  if (!read_in(a[0], set)) return kEfault;
  task.signals.mask_after = task.signals.blocked;
  task.signals.has_mask_after = true;
  static_cast<void>(set_mask(task, kMaskSet, set));
  return wait_for_signal(task);
}

int64_t sys_pause(Task& task, const Arguments&) {
  return wait_for_signal(task);
}

/// Its result is the RAX of what was interrupted.
int64_t sys_rt_sigreturn(Task& task, const Arguments&) {
  int64_t result = 0;
  if (!restore_from_frame(task, *task.saved, result)) end_task(task, 128 + kSigSegment);
  return result;
}

int64_t sys_sigaltstack(Task& task, const Arguments& a) {
  const SignalStack old = task.signals.alternate;
  if (a[0] != 0) {
    SignalStack stack;
    if (!read_in(a[0], stack)) return kEfault;
    if (stack.flags != 0 && stack.flags != kStackDisabled && stack.flags != kStackOn) return kEinval;
    if (stack.flags != kStackDisabled && stack.bytes < kMinimumAlternateStack) return kEnomem;
    task.signals.alternate = stack.flags == kStackDisabled ? SignalStack{0, kStackDisabled, 0, 0}
                                                           : SignalStack{stack.address, 0, 0, stack.bytes};
  }
  return a[1] == 0 || write_out(a[1], old) ? 0 : kEfault;
}

int64_t sys_kill(Task& task, const Arguments& a) {
  return signal_self(task, a.integer(0), a.word(1), false);
}
int64_t sys_tkill(Task& task, const Arguments& a) {
  return signal_self(task, a.integer(0), a.word(1), true);
}
int64_t sys_tgkill(Task& task, const Arguments& a) {
  if (a.integer(0) <= 0) return kEinval;
  return a.integer(0) == kProcessId ? signal_self(task, a.integer(1), a.word(2), true) : kEsrch;
}

}  // namespace hop::personality
