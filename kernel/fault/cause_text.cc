// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/fault/cause_text.h"

#include "isa-ext/abi/event.h"
#include "kernel/arch/log.h"
#include "kernel/object/thread.h"

namespace kernel {

namespace {

using asx::AsCause;
using asx::AsError;

const char* text_of(AsCause cause) {
  switch (cause) {
    case AsCause::None:
      return "no cause";
    case AsCause::SelectorIndex:
      return "SelectorIndex, the index lies beyond the list";
    case AsCause::EntryInvalid:
      return "EntryInvalid, the slot is empty";
    case AsCause::EntryKind:
      return "EntryKind, the entry is of another kind";
    case AsCause::SlotGeneration:
      return "SlotGeneration, the slot has had another owner since";
    case AsCause::SpaceInvalid:
      return "SpaceInvalid, the space is no more";
    case AsCause::SpaceGeneration:
      return "SpaceGeneration, the space died since the entry was granted";
    case AsCause::Rights:
      return "Rights, the entry does not allow it";
    case AsCause::FetchSelector:
      return "FetchSelector, code runs from the code space only";
    case AsCause::NotCodeSpace:
      return "NotCodeSpace, the gate's space is no code space";
    case AsCause::GateIndex:
      return "GateIndex, the gate lies beyond the table";
    case AsCause::GateInvalid:
      return "GateInvalid, the gate is closed";
    case AsCause::Authority:
      return "Authority, the gate asks for more authority";
    case AsCause::SecureStackFull:
      return "SecureStackFull, no frame is left";
    case AsCause::PoolEmpty:
      return "PoolEmpty, the gate has no stack left";
    case AsCause::SecureStackEmpty:
      return "SecureStackEmpty, there is nothing to return to";
    case AsCause::FrameKind:
      return "FrameKind, the top frame is of another kind";
    case AsCause::ReturnCodeSpace:
      return "ReturnCodeSpace, the code space to return to died";
    case AsCause::ReturnStackSpace:
      return "ReturnStackSpace, the stack space to return to died";
    case AsCause::NotStackSpace:
      return "NotStackSpace, it is no stack space";
    case AsCause::WidenSpace:
      return "WidenSpace, another code space narrowed";
    case AsCause::Privilege:
      return "Privilege, the instruction is privileged";
    case AsCause::NoSyscallGate:
      return "NoSyscallGate, the code space has no gate for syscall";
    case AsCause::Operand:
      return "Operand, there is no such register, field or thread";
    case AsCause::Addressing:
      return "Addressing, it lies outside physical memory";
    case AsCause::ReturnRecord:
      return "ReturnRecord, the gate's stack cannot be written";
    case AsCause::Switch:
      return "Switch, the kernel could not make the call";
  }
  return "unknown cause";
}

const char* text_of(asx::AsOperation operation) {
  switch (operation) {
    case asx::AsOperation::Data:
      return "data access";
    case asx::AsOperation::Fetch:
      return "fetch";
    case asx::AsOperation::GateCall:
      return "gate call";
    case asx::AsOperation::Return:
      return "return";
    case asx::AsOperation::Narrow:
      return "narrow";
    case asx::AsOperation::Widen:
      return "widen";
    case asx::AsOperation::Other:
      return "instruction";
    case asx::AsOperation::Event:
      return "event";
    case asx::AsOperation::Grant:
      return "lending to a gate";
  }
  return "operation";
}

const char* text_of_access(uint32_t error_code) {
  if ((error_code & asx::kPageFaultFetch) != 0) return "execution of ";
  return (error_code & asx::kPageFaultWrite) != 0 ? "write to " : "read of ";
}

const char* text_of_lack(uint32_t error_code) {
  if ((error_code & asx::kPageFaultReserved) != 0) return "a page whose table is damaged";
  if ((error_code & asx::kPageFaultPresent) == 0) return "a page that is not mapped";
  if ((error_code & asx::kPageFaultFetch) != 0) return "a page without execute permission";
  return (error_code & asx::kPageFaultWrite) != 0 ? "a page without write permission"
                                                  : "a page without read permission";
}

const char* text_of_vector(uint32_t vector) {
  switch (vector) {
    case asx::kVectorDivideError:
      return "divide error";
    case asx::kVectorDebug:
      return "debug exception";
    case asx::kVectorBreakpoint:
      return "breakpoint";
    case asx::kVectorOverflow:
      return "overflow";
    case asx::kVectorInvalidOpcode:
      return "invalid instruction";
    case asx::kVectorGeneralProtection:
      return "general protection fault";
    case asx::kVectorFloatingPoint:
      return "floating-point error";
    case asx::kVectorAlignment:
      return "unaligned access";
    case asx::kVectorSimd:
      return "SIMD floating-point error";
    default:
      return nullptr;
  }
}

}  // namespace

void log_cause(const FaultRecord& fault) {
  if (fault.vector == asx::kVectorPageFault) {
    const char* lack = fault.is_out_of_memory ? "a page for which memory has run out" : text_of_lack(fault.error_code);
    log("page fault: ", text_of_access(fault.error_code), lack);
  } else if (fault.vector == asx::kVectorAddressSpace) {
    const AsError error = AsError::from_code(fault.error_code);
    log("address-space fault: ", text_of(error.operation), ": ", text_of(error.cause));
  } else if (const char* text = text_of_vector(fault.vector); text != nullptr) {
    log(text);
  } else {
    log("exception ", fault.vector, ", error code ", Hex{fault.error_code});
  }
}

}  // namespace kernel
