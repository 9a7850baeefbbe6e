// SPDX-License-Identifier: GPL-2.0-or-later
// A thread: a kernel stack, a secure stack, and whatever spaces it is in. It belongs to no space and to no process.
#pragma once
#include "kernel/lib/result.h"
#include "kernel/object/access_list.h"
#include "kernel/object/gate_table.h"
#include "kernel/object/secure_stack.h"
#include "kernel/sched/scheduler.h"

namespace kernel {

class Space;
struct CallDeadline;
struct EventSource;
struct ThreadTag;

/// What a thread last faulted with.
struct FaultRecord {
  uint32_t vector = 0, error_code = 0;
  uint64_t address = 0;
  uint64_t rip = 0;
  uint32_t code_space = 0, code_generation = 0;
  uint32_t stack_space = 0, stack_generation = 0;
  bool is_out_of_memory = false;  ///< a page fault that only wanted a frame
};

/// A frame whose return shall be noticed (object/return_trap.h).
struct ReturnTrap {
  bool is_armed = false;
  bool was_stepping = false;  ///< the frame's RFLAGS.TF was set without us
  uint32_t position = 0;      ///< of the frame, from the bottom
};

/// A page that its pager was last asked for (fault/pager.h).
struct PageRequest {
  uint32_t position = ~0u;        ///< of the event frame, from the bottom
  uint64_t rip = 0, address = 0;  ///< where, and which
  uint32_t rounds = 0;            ///< times the pager was entered in a row for it
  bool is_refused = false;
};

constexpr uint32_t kBaggageSlots = 4;

struct Thread : Object, Schedulable, ListNode<ThreadTag> {
  constexpr Thread() : Object(ObjectKind::Thread) {}
  [[nodiscard]] asx::ThreadBlock& block() const { return *at<asx::ThreadBlock>(context.thread_block); }
  [[nodiscard]] SecureStack frames() const { return SecureStack(block()); }

  uint32_t number = 0;  ///< for people; threads are counted from 1
  PhysicalAddress kernel_stack;
  void (*body)() = nullptr;    ///< of a thread of the kernel itself
  GateName start_gate;         ///< through which it was started; space 0 = none
  PhysicalAddress start_pool;  ///< the stack that came with that gate
  uint32_t start_slot = 0;     ///< 0 = none
  AccessListEntry baggage[kBaggageSlots] = {};
  FaultRecord fault;
  uint64_t repeated_fault = 0;       ///< behind the start gate: as Frame::software elsewhere (fault/handle.cc)
  Status start_status = Status::Ok;  ///< what it finds in its registers if it begins behind a call

  // What others have asked of it (object/thread_requests.h).
  bool is_suspended = false;
  bool is_to_end = false;
  bool is_to_trap = false;
  bool is_alerted = false;
  bool waits_alertably = false;       ///< in the wait it is in
  EventSource* waits_for = nullptr;   ///< Blocked: what it waits for, to which it has a reference
  bool rests = false;                 ///< it waits because it is suspended
  EventSource* end_event = nullptr;   ///< signalled when it ends
  CallDeadline* deadlines = nullptr;  ///< of its calls, innermost first (object/call_deadline.h)
  uint16_t last_deadline_mark = 0;
  ReturnTrap trap;
  /// Whether the way out of the kernel has to look closer (settle_requests).
  [[nodiscard]] bool is_asked() const { return is_suspended || is_to_end || is_to_trap || trap.is_armed; }
  PageRequest page_request;
  Thread* next_in_stock = nullptr;  ///< object/thread_stock.h
};

/// Of every thread that is created from then on: how many frames its secure stack has, and how many of these calls must
/// leave free.
struct SecureStackSize {
  uint32_t frames = 0, reserve = 0;
};
void set_secure_stack_size(SecureStackSize size);

/// Where a new thread begins.
struct ThreadStart {
  Space* code = nullptr;
  Space* stack = nullptr;
  uint64_t rip = 0, rsp = 0, fs_base = 0;
  uint64_t rdi = 0, rsi = 0, parameter = 0;  ///< parameter: R11
  Quota* quota = nullptr;                    ///< that pays for it
};

/// Its own priority, or the ceiling of a gate behind which it runs if that is higher.
[[nodiscard]] uint32_t priority_of(const Schedulable& thread);
/// Counts a gate with a ceiling: while there is none, nobody looks for them.
void note_ceiling();

/// The thread that runs on this CPU. After a wait it may be another one on the same stack (object/call_deadline.h).
[[nodiscard]] Thread& current_thread();

/// A new thread, not yet ready, with one reference: that of its running. OutOfMemory.
Result<Thread*> create_thread(const ThreadStart& start);
/// A thread that begins in a gate of the code space, on a stack of the gate's pool if it has one, and otherwise at RSP
/// with the FS base that `start` says; the gate fills in the rest of `start`. It ends when it returns. The gate is not
/// the kernel's. TryAgain: the pool has no stack left; OutOfMemory.
Result<Thread*> create_thread_in_gate(const GateName& name, const asx::Gate& gate, ThreadStart& start);
/// The same for a thread that stays in the kernel.
Result<Thread*> create_kernel_thread(void (*body)(), Quota& quota);
/// Makes its kernel stack and its thread block say whose they are.
void own_stacks(Thread& thread);
/// Gives back a thread that was never made ready, and the stack of its gate.
void discard(Thread& thread);
/// Ends the current thread: its frames, the stacks that came with them, its baggage.
[[noreturn]] void end_current_thread();
/// Scheduler::Release: frees the stacks of an ended thread.
void release_ended(Schedulable& ended);
void destroy(Thread& thread);
/// Bytes that are charged for it: its stacks, too, unless it has ended.
[[nodiscard]] uint64_t memory_of(const Thread& thread);

/// Every thread that has not ended.
[[nodiscard]] List<Thread, ThreadTag>& living_threads();
template <typename Visit>
void for_each_thread(Visit&& visit) {
  List<Thread, ThreadTag>& threads = living_threads();
  for (Thread* thread = threads.front(); thread != nullptr; thread = threads.after(*thread)) visit(*thread);
}

/// A space is dead: threads that wait on behalf of it are woken, and none names it as its stack space in its block.
void abandon_space(uint32_t id);

}  // namespace kernel
