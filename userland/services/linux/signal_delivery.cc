// SPDX-License-Identifier: GPL-2.0-or-later
// Handlers: the frame Linux lays on the stack, the way into the handler, and the way back.
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/frame_registers.h"
#include "userland/services/linux/service_lock.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/tasks.h"

namespace hop::personality {
namespace {

constexpr uint64_t kRedZone = 128;
constexpr uint64_t kStepAndDirection = 0x400 | 0x100;  ///< DF and TF: clear in a handler
constexpr uint64_t kUserSegments = 0x002b'0000'0000'0033;

bool is_on_alternate(const SignalState& state, uint64_t rsp) {
  const SignalStack& stack = state.alternate;
  return stack.flags != kStackDisabled && rsp > stack.address && rsp - stack.address <= stack.bytes;
}

/// Where the frame's vector state ends: below the red zone, or at the top of the alternate stack.
uint64_t frame_top(const SignalState& state, const SignalAction& action, uint64_t rsp) {
  const bool wants_alternate = (action.flags & kActionOnStack) && state.alternate.flags != kStackDisabled;
  if (wants_alternate && !is_on_alternate(state, rsp)) return state.alternate.address + state.alternate.bytes;
  return rsp - kRedZone;
}

void change_mask(SignalState& state, const SignalAction& action, uint32_t signal) {
  state.blocked |= action.mask;
  if ((action.flags & kActionNoDefer) == 0) state.blocked |= signal_bit(signal);
  state.blocked &= ~(signal_bit(kSigKill) | signal_bit(kSigStop));
}

/// Lays the frame; `registers` are the interrupted ones and become those at the handler's entry. False: no room.
bool enter_handler(SignalState& state, const SignalInformation& information, SignalRegisters& registers) {
  const auto signal = static_cast<uint32_t>(information.signal);
  const SignalAction action = state.actions[signal];
  if ((action.flags & kActionRestorer) == 0) return false;
  VectorState vectors;
  save_vector_state(vectors);
  const uint64_t vector_address = (frame_top(state, action, registers.rsp) - sizeof(VectorState)) & ~uint64_t{63};
  const uint64_t address = ((vector_address - sizeof(SignalFrame)) & ~uint64_t{15}) - 8;

  SignalFrame frame = {};
  frame.return_address = action.restorer;
  frame.context.stack = state.alternate;
  frame.context.stack.flags |= is_on_alternate(state, registers.rsp) ? kStackOn : 0;
  frame.context.registers = registers;
  frame.context.registers.segments = kUserSegments;
  frame.context.registers.vector_state = vector_address;
  frame.context.mask = state.has_mask_after ? state.mask_after : state.blocked;
  frame.context.registers.old_mask = frame.context.mask;
  frame.information = information;
  if (!write_out(vector_address, vectors) || !write_out(address, frame)) return false;

  state.has_mask_after = false;
  change_mask(state, action, signal);
  if (action.flags & kActionReset) state.actions[signal].handler = kHandlerDefault;
  registers.rip = action.handler;
  registers.rsp = address;
  registers.rdi = signal;
  registers.rsi = address + offsetof(SignalFrame, information);
  registers.rdx = address + offsetof(SignalFrame, context);
  registers.rax = 0;
  registers.flags &= ~kStepAndDirection;
  return true;
}

SignalInformation information_of(const SignalState& state, uint32_t signal) {
  SignalInformation information = {};
  information.signal = static_cast<int32_t>(signal);
  information.code = state.codes[signal];
  information.address = state.senders[signal];
  return information;
}

/// Until a signal lets the task go on, or ends it.
void stop(Task& task, uint32_t signal) {
  task.state = TaskState::Stopped;
  task.wait_status = static_cast<int32_t>(signal) << 8 | 0x7f;
  task.is_news = true;
  if (task.parent != nullptr && (task.parent->signals.actions[kSigChild].flags & kActionNoChildStop) == 0)
    tell_parent(task);
  else if (task.parent != nullptr)
    task.parent->children.wake();
  while (task.state == TaskState::Stopped && (task.signals.pending & signal_bit(kSigKill)) == 0) {
    wait_blindly(task);  // other signals wait until the task is continued
  }
}

/// The next signal that is pending and not blocked, which is pending no more; 0: there is none.
uint32_t take_signal(SignalState& state) {
  const uint64_t ready = state.pending & ~state.blocked;
  if (ready == 0) return 0;
  const uint64_t first = (ready & signal_bit(kSigKill)) != 0 ? signal_bit(kSigKill) : ready;
  const auto signal = static_cast<uint32_t>(__builtin_ctzll(first)) + 1;
  state.pending &= ~signal_bit(signal);
  return signal;
}

/// Acts on the pending signals that have no handler; returns the first one that has, or 0.
uint32_t next_handled(Task& task) {
  SignalState& state = task.signals;
  while (const uint32_t signal = take_signal(state)) {
    if (is_ignored(state, signal)) continue;
    if (state.actions[signal].handler != kHandlerDefault) return signal;
    if (default_action(signal) == DefaultAction::Terminate) end_task(task, killed(signal));
    stop(task, signal);
  }
  return 0;
}

/// What the program sees of a call that a handler has interrupted.
void settle_result(SignalRegisters& registers, const SignalAction& action, uint64_t number, int64_t result) {
  constexpr uint64_t kInstructionBytes = 2;  // of syscall
  registers.rax = static_cast<uint64_t>(result == kErestartsys ? kEintr : result);
  if (result != kErestartsys || (action.flags & kActionRestart) == 0) return;
  registers.rax = number;
  registers.rip -= kInstructionBytes;
}

}  // namespace

SignalRegisters registers_of(const SavedRegisters& saved) {
  SignalRegisters registers = {};
  read_call_frame(saved, registers);
  registers.rdi = saved.rdi;
  registers.rsi = saved.rsi;
  registers.rdx = saved.rdx;
  registers.r10 = saved.r10;
  registers.r8 = saved.r8;
  registers.r9 = saved.r9;
  registers.rcx = saved.rcx;
  registers.r11 = saved.r11;
  return registers;
}

void set_registers(const SignalRegisters& registers, SavedRegisters& saved) {
  write_call_frame(registers, saved);
  saved = {registers.rdi, registers.rsi, registers.rdx, registers.r10,
           registers.r8,  registers.r9,  registers.rcx, registers.r11};
}

int64_t deliver_signals(Task& task, SavedRegisters& saved, uint64_t number, int64_t result) {
  SignalState& state = task.signals;
  while (const uint32_t signal = next_handled(task)) {
    const SignalAction action = state.actions[signal];
    SignalRegisters registers = registers_of(saved);
    settle_result(registers, action, number, result);
    if (!enter_handler(state, information_of(state, signal), registers)) end_task(task, killed(kSigSegment));
    set_registers(registers, saved);
    result = 0;
  }
  if (state.has_mask_after) state.blocked = state.mask_after;
  state.has_mask_after = false;
  return result;
}

void deliver_between(Task& task) {
  SignalState& state = task.signals;
  while (const uint32_t signal = next_handled(task)) {
    SignalRegisters registers = {};
    read_fault_frame(registers);
    if (!enter_handler(state, information_of(state, signal), registers)) end_task(task, killed(kSigSegment));
    write_handler_entry(registers);
  }
}

bool deliver_fault(Task& task, const SignalInformation& information, const SignalRegisters& interrupted) {
  SignalState& state = task.signals;
  const auto signal = static_cast<uint32_t>(information.signal);
  const uint64_t handler = state.actions[signal].handler;
  if (handler == kHandlerDefault || handler == kHandlerIgnore || (state.blocked & signal_bit(signal))) return false;
  SignalRegisters registers = interrupted;
  if (!enter_handler(state, information, registers)) return false;
  write_handler_entry(registers);
  return true;
}

bool restore_from_frame(Task& task, SavedRegisters& saved, int64_t& result) {
  SignalRegisters now = {};
  read_call_frame(saved, now);
  SignalFrame frame;
  const uint64_t address = now.rsp - sizeof(frame.return_address);  // the handler's return took it off
  if (!read_in(address, frame)) return false;
  const SignalRegisters& registers = frame.context.registers;
  if (registers.vector_state != 0) {
    VectorState vectors;
    if (!read_in(registers.vector_state, vectors)) return false;
    restore_vector_state(vectors);
  }
  task.signals.blocked = frame.context.mask & ~(signal_bit(kSigKill) | signal_bit(kSigStop));
  set_registers(registers, saved);
  result = static_cast<int64_t>(registers.rax);
  return true;
}

}  // namespace hop::personality
