// SPDX-License-Identifier: GPL-2.0-or-later
// fork and its kin. The child's spaces are copies of the parent's, page by page at the first write; pointers stay good,
// since a selector means in each what lies in its own list. Its thread begins at the parent's syscall instruction, and
// the call that it makes there becomes the parent's, with the result 0 (dispatch.cc).
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/frame_registers.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/system_call.h"
#include "userland/services/linux/tasks.h"

namespace hop::personality {
namespace {

enum CloneFlag : uint64_t {
  kCloneSignal = 0xff,  ///< the signal that the parent gets in the end
  kCloneMemory = 0x100,
  kCloneVfork = 0x4000,
  kCloneSetTls = 0x80000,
  kCloneParentSetTid = 0x100000,
  kCloneChildClearTid = 0x200000,
  kCloneChildSetTid = 0x1000000,
};
constexpr uint64_t kKnown = kCloneSignal | kCloneMemory | kCloneVfork | kCloneSetTls | kCloneParentSetTid |
                            kCloneChildClearTid | kCloneChildSetTid;

struct Clone {
  uint64_t flags = kSigChild, stack = 0, parent_id = 0, child_id = 0, tls = 0;
  [[nodiscard]] bool has(uint64_t flag) const { return (flags & flag) != 0; }
};

/// The address of the instruction by which the program called, or 0 if that was not syscall.
uint64_t calling_instruction(const SignalRegisters& registers) {
  constexpr uint8_t kSyscall[2] = {0x0f, 0x05};
  uint8_t bytes[2] = {};
  const uint64_t address = registers.rip - sizeof bytes;
  const bool is_it = copy_in(bytes, address, sizeof bytes) && bytes[0] == kSyscall[0] && bytes[1] == kSyscall[1];
  return is_it ? address : 0;
}

void set_resume_point(Task& child, const SignalRegisters& registers, const Clone& clone) {
  child.resume.registers = registers;
  child.resume.registers.rax = 0;
  if (clone.stack != 0) child.resume.registers.rsp = clone.stack;
  save_vector_state(child.resume.vectors);
  child.resume.is_pending = child.is_in_call = true;
  if (clone.has(kCloneSetTls)) child.fs_base = clone.tls;
}

int64_t start_child(Task& task, Task& child, const Clone& clone) {
  const SignalRegisters registers = registers_of(*task.saved);
  const uint64_t entry = calling_instruction(registers);
  if (entry == 0) return kEnosys;
  if (clone.has(kCloneChildSetTid) && !write_out(clone.child_id, child.id)) return kEfault;  // copied with the rest
  ProgramMemory* memory = ProgramMemory::copy(*task.memory, task.name);
  if (memory == nullptr) return kEagain;
  set_resume_point(child, registers, clone);
  const int64_t error = start_thread(child, *memory, entry, child.resume.registers.rsp, child.fs_base);
  if (error == 0) return 0;
  memory->destroy();
  return kEagain;
}

int64_t fork(Task& task, const Clone& clone) {
  Task* const child = make_task();
  if (child == nullptr) return kEagain;
  inherit(*child, task);
  if (const int64_t error = start_child(task, *child, clone); error < 0) {
    child->descriptors.close_all();
    free_task(*child);
    return error;
  }
  const int32_t id = child->id;
  if (clone.has(kCloneParentSetTid)) static_cast<void>(write_out(clone.parent_id, id));
  if (clone.has(kCloneVfork)) {
    task.released_by = child;
    // A signal waits until the child lets go (vfork(2)), but for one that ends the task.
    while (task.released_by != nullptr && task.signals.fatal == 0) wait_blindly(task);
  }
  return id;
}

}  // namespace

int64_t sys_fork(Task& task, const Arguments&) {
  return fork(task, {});
}

int64_t sys_vfork(Task& task, const Arguments&) {
  return fork(task, {.flags = uint64_t{kCloneVfork} | kSigChild});
}

/// Threads, which share their memory, are not there: ENOSYS. With CLONE_VFORK a copy of the memory does.
int64_t sys_clone(Task& task, const Arguments& a) {
  const Clone clone = {a[0], a[1], a[2], a[3], a[4]};
  if ((clone.flags & ~kKnown) != 0) return kEnosys;
  if (clone.has(kCloneMemory) && !clone.has(kCloneVfork)) return kEnosys;
  return fork(task, clone);
}

}  // namespace hop::personality
