// SPDX-License-Identifier: GPL-2.0-or-later
// Takes the place of fault.cc in a Linux personality for tests: a fault does not end the program, but makes the
// function that faulted return, with vector << 32 | error code in RDI. So a program can try every access it likes.
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/service_lock.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/tasks.h"

namespace hop::personality {

static uint64_t record(FaultItem item) {
  return static_cast<uint64_t>(kernel_call(Call::fault_record, static_cast<uint64_t>(item)));
}

extern "C" void linux_fault(ProgramMemory* memory) {
  lock_service(memory->user);
  const uint64_t rsp = record(FaultItem::Rsp);
  uint64_t return_address = 0;
  if (!read_in(rsp, return_address)) end_task(*memory->user, killed(kSigSegment));
  const uint64_t fault = record(FaultItem::Vector) << 32 | record(FaultItem::ErrorCode);
  kernel_call(Call::fault_resume, return_address, rsp + 8, fault);
  unlock_service();
}

}  // namespace hop::personality
