// SPDX-License-Identifier: GPL-2.0-or-later
// From a number to a handler: the table that system_calls.def describes.
#include "userland/services/linux/abi/errno.h"
#include "userland/services/linux/frame_registers.h"
#include "userland/services/linux/service_lock.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/system_call.h"
#include "userland/services/linux/task.h"
#include "userland/services/linux/trace.h"

namespace hop::personality {
namespace {

struct Table {
  SystemCall rows[kSystemCallCount] = {};

  constexpr Table() {
    using enum ArgumentKind;
#define SYSTEM_CALL(number, name, ...) rows[number] = {#name, sys_##name, 0, false, {__VA_ARGS__}};
#define SYSTEM_CALL_ADDRESS(number, name, ...) rows[number] = {#name, sys_##name, 0, true, {__VA_ARGS__}};
#define SYSTEM_CALL_FIXED(number, name, result, ...) rows[number] = {#name, nullptr, result, false, {__VA_ARGS__}};
#include "userland/services/linux/system_calls.def"
#undef SYSTEM_CALL
#undef SYSTEM_CALL_ADDRESS
#undef SYSTEM_CALL_FIXED
  }
};

constexpr Table kTable;
constexpr SystemCall kAbsent = {nullptr, nullptr, kEnosys, false, {}};

int64_t answer(Task& task, const SystemCall& call, const Arguments& arguments) {
  return call.handler == nullptr ? call.fixed : call.handler(task, arguments);
}

int64_t serve(Task& task, uint32_t number, const Arguments& arguments) {
  const SystemCall& call = system_call(number);
  if (call.name == nullptr) count_absent_call(number);
  if (!is_tracing()) return answer(task, call, arguments);
  trace_entry(task, call, number, arguments);
  const int64_t result = answer(task, call, arguments);
  trace_result(task, call, arguments, result);
  return result;
}

}  // namespace

const SystemCall& system_call(uint64_t number) {
  return number < kSystemCallCount && kTable.rows[number].name != nullptr ? kTable.rows[number] : kAbsent;
}

namespace {

/// A new task's first call: it stands behind its parent's.
int64_t resume(Task& task, SavedRegisters& saved) {
  task.resume.is_pending = false;
  set_registers(task.resume.registers, saved);
  restore_vector_state(task.resume.vectors);
  constexpr uint64_t kGs = 1;
  if (task.gs_base != 0) kernel_call(Call::frame_set_base, kGs, task.gs_base);
  return static_cast<int64_t>(task.resume.registers.rax);
}

int64_t serve_call(Task& task, SavedRegisters& saved, uint64_t number) {
  task.is_in_call = true;
  if (task.resume.is_pending) {
    const int64_t result = resume(task, saved);
    return has_deliverable(task.signals) ? deliver_signals(task, saved, number, result) : result;
  }
  const Arguments arguments = {{saved.rdi, saved.rsi, saved.rdx, saved.r10, saved.r8, saved.r9}};
  task.saved = &saved;
  for (;;) {
    const int64_t result = serve(task, static_cast<uint32_t>(number), arguments);  // Linux, too, looks at EAX only
    if (!has_deliverable(task.signals) && !task.signals.has_mask_after && result != kErestartsys) return result;
    const int64_t settled = deliver_signals(task, saved, number, result);
    if (settled != kErestartsys) return settled;  // no handler, so the call is made again
  }
}

}  // namespace

extern "C" int64_t linux_system_call(ProgramMemory* memory, SavedRegisters* saved, uint64_t number) {
  Task& task = *memory->user;
  lock_service(&task);
  const int64_t result = serve_call(task, *saved, number);
  task.is_in_call = false;
  unlock_service();
  return result;
}

}  // namespace hop::personality
