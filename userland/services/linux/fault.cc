// SPDX-License-Identifier: GPL-2.0-or-later
// A fault of the program itself: reported, and turned into the signal that Linux would send.
#include "isa-ext/abi/event.h"
#include "userland/runtime/log.h"
#include "userland/services/linux/frame_registers.h"
#include "userland/services/linux/service_lock.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/tasks.h"

namespace hop::personality {
namespace {

uint64_t record(FaultItem item) {
  return static_cast<uint64_t>(kernel_call(Call::fault_record, static_cast<uint64_t>(item)));
}

/// True if the access was allowed and only memory for the page was missing.
bool is_out_of_memory(Task& task) {
  const uint64_t code = record(FaultItem::ErrorCode);
  const ProgramMemory::Place place = task.memory->find(record(FaultItem::Address), 1);
  if (place.area == nullptr || (code & asx::kPageFaultPresent)) return false;
  const Range* range = place.area->ranges().find(place.offset);
  const uint64_t needed = code & asx::kPageFaultWrite   ? kProtectWrite
                          : code & asx::kPageFaultFetch ? kProtectExecute
                                                        : kProtectRead;
  return range != nullptr && (range->protection & needed) != 0;
}

uint32_t signal_of(Task& task, uint64_t vector) {
  switch (vector) {
    case asx::kVectorDivideError:
    case asx::kVectorFloatingPoint:
    case asx::kVectorSimd:
      return kSigFloatingPoint;
    case asx::kVectorDebug:
    case asx::kVectorBreakpoint:
      return kSigTrap;
    case asx::kVectorInvalidOpcode:
      return kSigIllegal;
    case asx::kVectorAlignment:
      return kSigBus;
    case asx::kVectorPageFault:
      return is_out_of_memory(task) ? kSigKill : kSigSegment;
    default:
      return kSigSegment;
  }
}

/// Linux tells a fault in mapped memory from one elsewhere; a page that was never touched is mapped, too.
int32_t segment_code(Task& task, uint64_t address) {
  const ProgramMemory::Place place = task.memory->find(address, 1);
  return place.area != nullptr && place.area->ranges().find(place.offset) != nullptr ? kCodeNoRight : kCodeNotMapped;
}

int32_t code_of(Task& task, const SignalRegisters& registers) {
  switch (registers.vector) {
    case asx::kVectorPageFault:
      return segment_code(task, registers.fault_address);
    case asx::kVectorAddressSpace:
      return kCodeNotMapped;
    case asx::kVectorDivideError:
      return kCodeDivide;
    case asx::kVectorInvalidOpcode:
      return kCodeOperand;
    default:
      return kCodeKernel;
  }
}

/// Lets the program's own handler see to it, if it has one.
bool handle(Task& task, uint32_t signal) {
  SignalRegisters registers = {};
  read_fault_frame(registers);
  registers.vector = record(FaultItem::Vector);
  registers.error_code = record(FaultItem::ErrorCode);
  registers.fault_address = record(FaultItem::Address);
  SignalInformation information = {};
  information.signal = static_cast<int32_t>(signal);
  information.code = code_of(task, registers);
  information.address = signal == kSigSegment || signal == kSigBus ? registers.fault_address : registers.rip;
  return deliver_fault(task, information, registers);
}

}  // namespace

extern "C" void linux_fault(ProgramMemory* memory) {
  Task& task = *memory->user;
  lock_service(&task);
  task.is_in_call = true;
  const uint64_t vector = record(FaultItem::Vector);
  const uint32_t signal = vector == kTrapVector ? 0 : signal_of(task, vector);
  if (signal == kSigKill) LogLine() << "linux: out of memory, " << task.name << " is killed";
  if (signal == kSigKill || (signal != 0 && !handle(task, signal))) {
    constexpr uint64_t kToLog = 1;
    kernel_call(Call::fault_report, kToLog);
    end_task(task, killed(signal));
  }
  deliver_between(task);
  task.is_in_call = false;
  unlock_service();
}

}  // namespace hop::personality
