// SPDX-License-Identifier: GPL-2.0-or-later
// Signals: actions and masks, waiting for them, and sending them.
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/service_lock.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/system_call.h"
#include "userland/services/linux/tasks.h"
#include "userland/services/linux/waiting.h"

namespace hop::personality {
namespace {

constexpr uint64_t kUnblockable = signal_bit(kSigKill) | signal_bit(kSigStop);

/// To every task that `is_meant` says; ESRCH if there is none.
template <typename Meant>
int64_t signal_those(const Task& sender, uint32_t signal, int32_t code, Meant is_meant) {
  if (signal > kSignalCount) return kEinval;
  bool found = false;
  for (Task* task = first_task(); task != nullptr; task = task->next) {
    if (!is_meant(*task)) continue;
    found = true;
    if (signal != 0 && task->state != TaskState::Zombie)
      raise_signal(*task, signal, code, static_cast<uint32_t>(sender.id));
  }
  return found ? 0 : kEsrch;
}

int64_t signal_one(const Task& sender, int32_t id, uint32_t signal, int32_t code) {
  return signal_those(sender, signal, code, [id](const Task& task) { return task.id == id; });
}

int64_t signal_group(const Task& sender, int32_t group, uint32_t signal) {
  return signal_those(sender, signal, kCodeUser, [group](const Task& task) { return task.group == group; });
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

int64_t wait_for_signal(Task& task) {
  static_cast<void>(wait_until(task, kNoDeadline));
  return kEintr;
}

}  // namespace

DefaultAction default_action(uint32_t signal) {
  switch (signal) {
    case kSigChild:
    case kSigContinue:
    case kSigUrgent:
    case kSigWindow:
      return DefaultAction::Ignore;
    case kSigStop:
    case kSigTerminalStop:
    case kSigTerminalInput:
    case kSigTerminalOutput:
      return DefaultAction::Stop;
    default:
      return DefaultAction::Terminate;
  }
}

bool is_ignored(const SignalState& state, uint32_t signal) {
  const uint64_t handler = state.actions[signal].handler;
  return handler == kHandlerIgnore || (handler == kHandlerDefault && default_action(signal) == DefaultAction::Ignore);
}

namespace {

constexpr uint64_t kStops = signal_bit(kSigStop) | signal_bit(kSigTerminalStop) | signal_bit(kSigTerminalInput) |
                            signal_bit(kSigTerminalOutput);

/// A continuation takes effect when it is sent, blocked or not (signal(7)), and takes stops away, as they do it.
void settle_stops(Task& task, uint32_t signal) {
  if ((kStops & signal_bit(signal)) != 0) task.signals.pending &= ~signal_bit(kSigContinue);
  if (signal != kSigContinue) return;
  task.signals.pending &= ~kStops;
  if (task.state != TaskState::Stopped) return;
  task.state = TaskState::Running;
  task.wait_status = 0xffff;
  task.is_news = true;
  tell_parent(task);
}

}  // namespace

void raise_signal(Task& task, uint32_t signal, int32_t code, uint32_t sender) {
  SignalState& state = task.signals;
  settle_stops(task, signal);
  const bool is_blocked = (state.blocked & signal_bit(signal)) != 0;
  if (!is_ignored(state, signal) || is_blocked) {
    state.pending |= signal_bit(signal);
    state.codes[signal] = code;
    state.senders[signal] = sender;
  }
  if (&task == current_task()) return;
  const bool is_fatal = !is_blocked && state.actions[signal].handler == kHandlerDefault &&
                        default_action(signal) == DefaultAction::Terminate;
  if (is_fatal && state.fatal == 0) state.fatal = signal;
  if (is_fatal && task.state != TaskState::Stopped && task.thread != 0) kernel_call(Call::thread_end, task.thread);
  const bool must_come = !is_fatal && !is_blocked && (state.pending & signal_bit(signal)) != 0;
  if (must_come && !task.is_in_call && task.thread != 0) kernel_call(Call::thread_trap, task.thread);
  wake_task(task);
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

namespace {

/// One of the set that is pending, with what is known of it if somebody wants that; 0: there is none.
int64_t take_pending(Task& task, uint64_t set, uint64_t information) {
  const uint64_t ready = task.signals.pending & set;
  if (ready == 0) return 0;
  const auto signal = static_cast<uint32_t>(__builtin_ctzll(ready)) + 1;
  task.signals.pending &= ~signal_bit(signal);
  SignalInformation words = {};
  words.signal = static_cast<int32_t>(signal);
  words.code = task.signals.codes[signal];
  words.address = task.signals.senders[signal];
  return information == 0 || write_out(information, words) ? signal : kEfault;
}

}  // namespace

int64_t sys_rt_sigtimedwait(Task& task, const Arguments& a) {
  uint64_t set = 0, deadline = 0;
  if (a[3] != kSignalSetBytes) return kEinval;
  if (!read_in(a[0], set)) return kEfault;
  if (const int64_t error = take_deadline(a[2], deadline); error < 0) return error;
  if (const int64_t taken = take_pending(task, set, a[1]); taken != 0) return taken;
  // While it waits, the signals of the set count as not blocked.
  const uint64_t blocked = task.signals.blocked;
  task.signals.blocked &= ~set;
  const int64_t result = wait_until(task, deadline);
  task.signals.blocked = blocked;
  if (result == kEtimedout) return kEagain;
  const int64_t taken = take_pending(task, set, a[1]);
  return taken != 0 ? taken : kEintr;
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
  if (!restore_from_frame(task, *task.saved, result)) end_task(task, killed(kSigSegment));
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
  const int32_t id = a.integer(0);
  if (id > 0) return signal_one(task, id, a.word(1), kCodeUser);
  if (id == 0) return signal_group(task, task.group, a.word(1));
  if (id < -1) return signal_group(task, -id, a.word(1));
  return signal_those(task, a.word(1), kCodeUser, [&task](const Task& other) { return &other != &task; });
}
int64_t sys_tkill(Task& task, const Arguments& a) {
  return a.integer(0) <= 0 ? kEinval : signal_one(task, a.integer(0), a.word(1), kCodeThread);
}
int64_t sys_tgkill(Task& task, const Arguments& a) {
  if (a.integer(0) <= 0 || a.integer(1) <= 0) return kEinval;
  return a.integer(0) == a.integer(1) ? signal_one(task, a.integer(1), a.word(2), kCodeThread) : kEsrch;
}

}  // namespace hop::personality
