// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/thread.h"

#include "isa-ext/abi/boot.h"
#include "kernel/lib/bytes.h"
#include "kernel/memory/object_cache.h"
#include "kernel/object/budget.h"
#include "kernel/object/call_deadline.h"
#include "kernel/object/event_source.h"
#include "kernel/object/interrupt_lines.h"
#include "kernel/object/space.h"
#include "kernel/object/thread_stock.h"

namespace kernel {

namespace {

// The thread block and the secure stack share one aligned run of page frames: the block in front.
constexpr uint64_t kFirstFrame = 512;

constinit SecureStackSize secure_stack_size;

constinit unsigned secure_order = 0;

/// Bytes of a thread's two stacks.
uint64_t stack_bytes() {
  return (asx::kPageSize << kKernelStackOrder) + (asx::kPageSize << secure_order);
}

constexpr uint64_t kStartFlags = 0x202;  // interrupts on; the bit that is always set

constinit ObjectCache<Thread> threads;
constinit List<Thread, ThreadTag> all_threads;
constinit uint32_t last_number = 0;

void initialize_block(Thread& thread) {
  const uint64_t memory = thread.context.thread_block.value;
  asx::ThreadBlock& block = thread.block();
  block = {};
  block.secure_stack_base = block.secure_stack_top = memory + kFirstFrame;
  block.secure_stack_limit = block.secure_stack_base + secure_stack_size.frames * sizeof(Frame);
  block.reserve_frames = secure_stack_size.reserve;
  block.cs_id = block.ss_id = asx::kKernelSpaceId;
  block.code_list_id = block.stack_list_id = asx::kKernelSpaceId;
  block.cs_generation = block.ss_generation = space_table().descriptor(asx::kKernelSpaceId).generation;
  block.code_list_generation = block.stack_list_generation = block.cs_generation;
  block.kernel_rsp = reinterpret_cast<uint64_t>(at<void>(thread.kernel_stack + kKernelStackSize));
}

bool has_ceilings = false;

uint32_t ceiling_of(const GateName& name) {
  const asx::Gate* gate = find_gate(name);
  return gate == nullptr ? 0 : gate->ceiling;
}

}  // namespace

List<Thread, ThreadTag>& living_threads() {
  return all_threads;
}

void note_ceiling() {
  has_ceilings = true;
}

uint32_t priority_of(const Schedulable& schedulable) {
  const auto& thread = static_cast<const Thread&>(schedulable);
  uint32_t priority = thread.priority;
  if (!has_ceilings) return priority;
  const auto raise = [&](const GateName& name) {
    const uint32_t ceiling = ceiling_of(name);
    if (ceiling > priority) priority = ceiling;
  };
  raise(thread.start_gate);
  const SecureStack stack = thread.frames();
  for (uint32_t i = 0; i < stack.depth(); ++i) {
    const Frame& frame = *stack.frame(i);
    if (frame.kind == FrameKind::Call) raise({frame.gate_space, frame.gate_space_generation, frame.gate_index});
  }
  return priority;
}

void set_secure_stack_size(SecureStackSize size) {
  secure_stack_size = size;
  secure_order = order_for(kFirstFrame + size.frames * sizeof(Frame));
}

Thread& current_thread() {
  uint64_t stack_pointer;
  asm("mov %%rsp, %0" : "=r"(stack_pointer));
  return **reinterpret_cast<Thread**>(stack_pointer & ~(kKernelStackSize - 1));
}

void own_stacks(Thread& thread) {
  *at<Thread*>(thread.kernel_stack) = &thread;
  thread.block().kernel_fs_base = reinterpret_cast<uint64_t>(&thread);
}

void ThreadStock::put(Thread& thread) {
  thread.next_in_stock = first_;
  first_ = &thread;
  ++count_;
}

Thread* ThreadStock::take() {
  Thread* const thread = first_;
  if (thread == nullptr) return nullptr;
  first_ = thread->next_in_stock;
  --count_;
  return thread;
}

namespace {

constinit ThreadStock stock;

/// What is the same in every new thread: its block, its kernel stack, and a cleared first frame.
void reset(Thread& memory, PhysicalAddress kernel_stack, PhysicalAddress block) {
  Thread& thread = *new (&memory) Thread;
  thread.kernel_stack = kernel_stack;
  thread.context.thread_block = block;
  thread.context.kernel_stack_pointer = prepare_stack(kernel_stack, thread_start);
  initialize_block(thread);
  own_stacks(thread);
  zero_blocks(at<Frame>(block + kFirstFrame), sizeof(Frame));
}

void free_stacks(const Thread& thread) {
  frames().free(thread.kernel_stack, kKernelStackOrder);
  frames().free(thread.context.thread_block, secure_order);
}

/// From the stock or from free memory; charged to nobody yet. nullptr: there is no memory.
Thread* make_thread() {
  if (is_allocation_to_fail()) return nullptr;
  if (Thread* const kept = stock.take(); kept != nullptr) return kept;
  const auto stack = frames().allocate(kKernelStackOrder);
  const auto secure = stack ? frames().allocate(secure_order) : stack;
  Thread* thread = secure ? threads.create() : nullptr;
  if (thread != nullptr) {
    reset(*thread, stack.value(), secure.value());
  } else {
    if (secure) frames().free(secure.value(), secure_order);
    if (stack) frames().free(stack.value(), kKernelStackOrder);
  }
  return thread;
}

Thread* create_paid_thread(Quota& quota) {
  const uint64_t bytes = sizeof(Thread) + stack_bytes();
  if (quota.account.charge(bytes) != Status::Ok) return nullptr;
  Thread* thread = make_thread();
  if (thread == nullptr) {
    quota.account.refund(bytes);
    return nullptr;
  }
  thread->payer = &quota;
  thread->charged = sizeof(Thread);
  acquire(quota);
  thread->number = ++last_number;
  all_threads.push_back(*thread);
  return thread;
}

}  // namespace

bool empty_thread_stock() {
  bool had_any = false;
  while (Thread* const thread = stock.take()) {
    free_stacks(*thread);
    threads.destroy(thread);
    had_any = true;
  }
  return had_any;
}

Result<Thread*> create_kernel_thread(void (*body)(), Quota& quota) {
  Thread* const thread = create_paid_thread(quota);
  if (thread == nullptr) return Status::OutOfMemory;
  thread->body = body;
  return thread;
}

Result<Thread*> create_thread(const ThreadStart& start) {
  Thread* const thread = create_paid_thread(*start.quota);
  if (thread == nullptr) return Status::OutOfMemory;
  asx::ThreadBlock& block = thread->block();
  Frame& frame = *at<Frame>({block.secure_stack_base});  // clear
  block.secure_stack_top += sizeof(Frame);
  frame.kind = FrameKind::Event;
  frame.cs_id = start.code->id();
  frame.cs_generation = start.code->generation();
  frame.ss_id = block.stack_list_id = start.stack->id();
  frame.ss_generation = block.stack_list_generation = start.stack->generation();
  frame.rip = start.rip;
  frame.rflags = kStartFlags;
  frame.fs_base = start.fs_base;
  frame.gpr[asx::kRsp] = start.rsp;
  frame.gpr[asx::kRdi] = start.rdi;
  frame.gpr[asx::kRsi] = start.rsi;
  frame.gpr[asx::kR11] = start.parameter;
  return thread;
}

Result<Thread*> create_thread_in_gate(const GateName& name, const asx::Gate& gate, ThreadStart& start) {
  uint32_t slot = 0;
  if (gate.stack_policy == asx::StackPolicy::Pool) {
    slot = stack_pool::take({gate.pool});
    if (slot == 0) return Status::TryAgain;
    const asx::StackSlot& stack = stack_pool::slot({gate.pool}, slot);
    start.rsp = stack.rsp;
    start.fs_base = stack.fs_base;
  }
  start.rip = gate.entry;
  start.parameter = gate.parameter;
  const Result<Thread*> thread = create_thread(start);
  if (!thread) {
    if (slot != 0) stack_pool::give_back({gate.pool}, slot);
    return thread;
  }
  thread.value()->start_gate = name;
  thread.value()->start_pool = {gate.pool};
  thread.value()->start_slot = slot;
  return thread;
}

namespace {

void give_back_start_stack(const Thread& thread) {
  const GateName& gate = thread.start_gate;
  if (thread.start_slot != 0 && space_table().is_alive(gate.space, gate.generation)) {
    stack_pool::give_back(thread.start_pool, thread.start_slot);
  }
}

}  // namespace

void discard(Thread& thread) {
  give_back_start_stack(thread);
  set_budget(thread, nullptr);
  thread.ListNode<ThreadTag>::unlink();
  release_ended(thread);
}

void end_current_thread() {
  Thread& thread = current_thread();
  drop_deadlines(thread);
  while (thread.frames().depth() != 0) thread.frames().pop();
  give_back_start_stack(thread);
  for (AccessListEntry& entry : thread.baggage) release_object(entry);
  if (thread.end_event != nullptr) {
    signal(*thread.end_event);
    release(*thread.end_event);
    thread.end_event = nullptr;
  }
  set_budget(thread, nullptr);
  thread.ListNode<ThreadTag>::unlink();
  scheduler().end_current();
}

void release_ended(Schedulable& ended) {
  Thread& thread = static_cast<Thread&>(ended);
  if (thread.references == 1 && stock.has_room()) {
    Quota* const payer = thread.payer;
    const uint64_t bytes = thread.charged + stack_bytes();
    reset(thread, thread.kernel_stack, thread.context.thread_block);
    stock.put(thread);
    repay(payer, bytes);
    return;
  }
  free_stacks(thread);
  thread.payer->account.refund(stack_bytes());
  release(thread);
}

uint64_t memory_of(const Thread& thread) {
  const bool has_stacks = thread.state != ThreadState::Ended;
  return thread.charged + (has_stacks ? stack_bytes() : 0);
}

void destroy(Thread& thread) {
  HOP_ASSERT(thread.state == ThreadState::Ended || thread.state == ThreadState::New);
  threads.destroy(&thread);
}

void abandon_space(uint32_t id) {
  interrupt_lines().abandon_space(id);
  const asx::ThreadBlock& own = at<asx::ThreadBlock>(current_thread().context.thread_block)[0];
  for (Thread* thread = all_threads.front(); thread != nullptr; thread = all_threads.after(*thread)) {
    asx::ThreadBlock& block = thread->block();
    if (block.ss_id == id) {
      block.ss_id = asx::kKernelSpaceId;
      block.ss_generation = space_table().descriptor(asx::kKernelSpaceId).generation;
    }
    const Frame* top = thread->frames().top();
    const bool waits = &block != &own && thread->state == ThreadState::Blocked;
    if (waits && top != nullptr && !is_returnable(*top)) scheduler().wake(*thread, WakeReason::Cancelled);
  }
}

}  // namespace kernel
