// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/fault/handle.h"

#include "isa-ext/abi/event.h"
#include "kernel/arch/log.h"
#include "kernel/fault/handler_frame.h"
#include "kernel/fault/pager.h"
#include "kernel/fault/panic.h"
#include "kernel/fault/report.h"
#include "kernel/fault/switch_spaces.h"
#include "kernel/object/capability.h"

namespace kernel {

namespace {

// The same fault so often in a row behind one gate is a fault of the handler itself.
constexpr uint64_t kRecoveryLimit = 4;
constexpr uint64_t kFaultGateLimit = 1000;

constexpr uint64_t kFlagsClearedInHandler = 1u << 8 | 1u << 10;  // trap, direction

/// The space that the argument slot named where the event came from.
Space* lent_space(Thread& thread) {
  const Frame* frame = thread.frames().frame(1);
  if (frame == nullptr || frame->kind == FrameKind::Event) return nullptr;
  return space_table().find(frame->grant.space_id, frame->grant.space_generation);
}

/// The space of the faulting address, as the code that faulted sees it; nullptr if it names none.
Space* faulting_space(const Frame& event, Thread& thread) {
  Space* code = space_table().find(event.cs_id, event.cs_generation);
  Space* stack = space_table().find(event.ss_id, event.ss_generation);
  if (code == nullptr || stack == nullptr) return nullptr;
  const asx::VirtualAddress address{event.fault_address};
  if (address.selector().is_argument(AccessList::selector_bits)) return lent_space(thread);
  const Result<Space*> space = resolve_space({thread, *code, *stack}, address.selector().value, 0);
  return space ? space.value() : nullptr;
}

/// Whether the instruction may be tried again: the page is there now, or the thread is on its way into the pager.
bool settle_page_fault(Thread& thread, Frame& event) {
  Space* space = faulting_space(event, thread);
  if (space == nullptr) return false;
  hop::Protection access = hop::kProtectRead;
  if ((event.error_code & asx::kPageFaultWrite) != 0) access = hop::kProtectWrite;
  if ((event.error_code & asx::kPageFaultFetch) != 0) access = hop::kProtectExecute;
  const Demand demand = space->demand(asx::VirtualAddress{event.fault_address}.offset(), access);
  thread.fault.is_out_of_memory = demand == Demand::OutOfMemory;
  if (demand == Demand::AskPager) return ask_pager(thread, event, *space, access);
  return demand == Demand::Settled;
}

/// --return-stack=memory: a call wants to write its record where the gate's next stack has no page yet.
bool settle_record_fault(Thread& thread, const Frame& event) {
  Space* code = space_table().find(event.cs_id, event.cs_generation);
  Space* stack = space_table().find(event.ss_id, event.ss_generation);
  if (code == nullptr || stack == nullptr) return false;
  const uint16_t selector = asx::VirtualAddress{event.fault_address}.selector().value;
  const Result<ResolvedGate> gate = resolve_gate({thread, *code, *stack}, selector, 0);
  if (!gate) return false;
  Space& callee = *gate.value().space;
  const asx::StackSlot* next = stack_pool::next({gate.value().gate->pool});
  if (next == nullptr) return false;
  const asx::VirtualAddress record{next->rsp - sizeof(asx::ReturnRecord)};
  const Result<Space*> space = resolve_space({thread, callee, *stack}, record.selector().value, hop::kRightWrite);
  return space && space.value()->demand(record.offset(), hop::kProtectWrite) == Demand::Settled;
}

/// How often in a row this fault has happened behind the gate that `entry` (nullptr: the start gate) leads out of.
/// A fresh frame is zero, so the count begins anew with every call. The word has the count in its low 15 bits, the mark
/// of a pager's frame, and a digest of the fault above.
uint64_t count_repetitions(Thread& thread, Frame* entry, const Frame& event) {
  constexpr uint64_t kCount = kPagerMark - 1;
  constexpr uint64_t kDigest = ~(kPagerMark | kCount);
  uint64_t& seen = entry == nullptr ? thread.repeated_fault : entry->software;
  const uint64_t digest = ((event.rip * 0x9e3779b97f4a7c15) ^ event.fault_address) * 0x9e3779b97f4a7c15 & kDigest;
  const bool is_same = (seen & kDigest) == digest;
  const uint64_t count = is_same ? seen & kCount : 0;
  seen = digest | (seen & kPagerMark) | (count == kCount ? count : count + 1);
  return seen & kCount;
}

bool enter_recovery(const Thread& thread, const Frame* entry, Frame& event) {
  const GateName name = entry == nullptr ? thread.start_gate
                                         : GateName{entry->gate_space, entry->gate_space_generation, entry->gate_index};
  const asx::Gate* gate = find_gate(name);
  if (gate == nullptr || gate->recovery_entry == 0 || name.space != event.cs_id) return false;
  event.gpr[asx::kRax] = uint64_t{event.vector} << 32 | event.error_code;
  event.gpr[asx::kRcx] = event.rip;
  event.gpr[asx::kR11] = event.fault_address;
  event.rip = gate->recovery_entry;
  event.rflags &= ~kFlagsClearedInHandler;
  event.operand_mode = asx::OperandMode::Tagged;
  return true;
}

/// Makes the thread hop into the fault gate of its code space.
bool enter_fault_gate(Thread& thread, Frame& event) {
  const Space* space = space_table().find(event.cs_id, event.cs_generation);
  return enter_handler(thread, event, space->fault_gate(), {}) == Status::Ok;
}

/// Steps 2 and 3.
bool deliver(Thread& thread, Frame& event) {
  const SecureStack stack = thread.frames();
  Frame* entry = stack.frame(stack.entry_position(1));
  const uint64_t repetitions = count_repetitions(thread, entry, event);
  if (repetitions < kRecoveryLimit && enter_recovery(thread, entry, event)) return true;
  return repetitions < kFaultGateLimit && enter_fault_gate(thread, event);
}

/// Steps 4 and 5. When what faulted was itself the handler of a fault, that fault is unhandled now, too; a pager's has
/// not been handled by its code yet.
Reply fail_caller(Thread& thread) {
  SecureStack stack = thread.frames();
  for (;;) {
    report_fault(thread, 1);
    do stack.pop();
    while (stack.depth() != 0 && stack.top()->kind == FrameKind::Narrow);
    if (stack.depth() == 0) {
      log("  thread ", thread.number, " ends\n");
      end_current_thread();
    }
    Frame& top = *stack.top();
    if (top.kind == FrameKind::Call) return Status::ServerFault;
    record_fault(thread, top);
    if (leave_pager(top) && deliver(thread, top)) return Status::Ok;
  }
}

/// A return by a frame whose spaces have died.
bool is_refused_return(const Frame& event) {
  if (event.vector != asx::kVectorAddressSpace) return false;
  const asx::AsError error = asx::AsError::from_code(event.error_code);
  return error.operation == asx::AsOperation::Return &&
         (error.cause == asx::AsCause::ReturnCodeSpace || error.cause == asx::AsCause::ReturnStackSpace);
}

}  // namespace

bool unwind_dead_frames(Thread& thread) {
  SecureStack stack = thread.frames();
  bool has_popped = false;
  while (stack.depth() != 0) {
    Frame& top = *stack.top();
    if (top.kind != FrameKind::Narrow && make_returnable(top)) return has_popped;
    stack.pop();
    has_popped = true;
  }
  end_current_thread();
}

void panic_if_own_fault(Thread& thread) {
  const Frame& event = *thread.frames().top();
  if (event.cs_id == asx::kKernelSpaceId && !is_refused_return(event)) panic_on_fault(thread, event);
}

Reply handle_fault(Thread& thread) {
  SecureStack stack = thread.frames();
  Frame& event = *stack.top();
  if (event.cs_id == asx::kKernelSpaceId) {
    stack.pop();  // another CPU has ended the space between the look at the frame and the return by it
    return Status::ServerFault;
  }
  if (!is_returnable(event)) return Status::ServerFault;  // it ran in a space that another CPU has ended
  const bool is_address_space = event.vector == asx::kVectorAddressSpace;
  const asx::AsError error = is_address_space ? asx::AsError::from_code(event.error_code) : asx::AsError{};
  if (error.cause == asx::AsCause::Switch) {
    const bool is_call = error.operation == asx::AsOperation::GateCall;
    if (is_call ? switch_call(thread) : switch_return(thread)) return Status::Ok;
  }
  record_fault(thread, event);
  if (is_address_space) {
    const bool is_return = error.operation == asx::AsOperation::Return;
    if (is_return && error.cause == asx::AsCause::SecureStackEmpty) end_current_thread();
    if (is_refused_return(event)) {
      Frame* caller = stack.frame(1);
      if (caller != nullptr && !is_returnable(*caller) && make_returnable(*caller)) return Status::Ok;
      stack.pop();  // and, on the way out of the kernel, the frames that lead nowhere
      return Status::ServerFault;
    }
    if (error.cause == asx::AsCause::ReturnRecord && settle_record_fault(thread, event)) return Status::Ok;
  }
  if (event.vector == asx::kVectorPageFault && settle_page_fault(thread, event)) return Status::Ok;

  if (deliver(thread, event)) return Status::Ok;
  return fail_caller(thread);
}

}  // namespace kernel
