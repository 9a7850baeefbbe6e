// SPDX-License-Identifier: GPL-2.0-or-later
// Calls on descriptors rather than on what they refer to: close, dup, fcntl, ioctl.
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/pipe_file.h"
#include "userland/services/linux/system_call.h"
#include "userland/services/linux/task.h"

namespace hop::personality {
namespace {

int64_t duplicate_from(Task& task, OpenFile* file, uint64_t lowest, bool close_on_exec) {
  if (lowest >= task.descriptors.limit()) return kEinval;
  file->retain();
  const int64_t number = task.descriptors.install(file, close_on_exec, lowest);
  if (number < 0) file->release();
  return number;
}

/// No other task could hold a lock: every lock is free.
int64_t get_lock(uint64_t pointer) {
  FileLock lock;
  if (!read_in(pointer, lock)) return kEfault;
  lock.type = kUnlocked;
  return write_out(pointer, lock) ? 0 : kEfault;
}

int64_t set_status_flags(OpenFile& file, uint32_t flags) {
  file.set_flags((file.flags() & ~kSettableFlags) | (flags & kSettableFlags));
  return 0;
}

bool is_pipe(OpenFile& file) {
  char text[8];
  return file.describe(text, sizeof(text)) > 0 && !file.is_console() && text[0] == 'p';
}

int64_t get_readable_bytes(OpenFile& file, uint64_t pointer) {
  const int64_t bytes = file.readable_bytes();
  if (bytes < 0) return bytes;
  return write_out(pointer, static_cast<int32_t>(bytes)) ? 0 : kEfault;
}

int64_t set_non_blocking(OpenFile& file, uint64_t pointer) {
  int32_t value = 0;
  if (!read_in(pointer, value)) return kEfault;
  file.set_flags(value != 0 ? file.flags() | kNonBlocking : file.flags() & ~uint32_t{kNonBlocking});
  return 0;
}

}  // namespace

int64_t sys_close(Task& task, const Arguments& a) {
  return task.descriptors.close(a[0]);
}

int64_t sys_close_range(Task& task, const Arguments& a) {
  constexpr uint32_t kUnshare = 2, kCloseOnExecOnly = 4;
  const uint32_t first = a.word(0), last = a.word(1), flags = a.word(2);
  if (first > last || (flags & ~(kUnshare | kCloseOnExecOnly))) return kEinval;
  for (uint32_t i = first; i <= last && i < FdTable::kMaximum; i++) {
    if (flags & kCloseOnExecOnly)
      task.descriptors.set_close_on_exec(i, true);
    else
      task.descriptors.close(i);
  }
  return 0;
}

int64_t sys_dup(Task& task, const Arguments& a) {
  OpenFile* file = task.descriptors.get(a[0]);
  return file == nullptr ? kEbadf : duplicate_from(task, file, 0, false);
}

int64_t sys_dup2(Task& task, const Arguments& a) {
  OpenFile* file = task.descriptors.get(a[0]);
  if (file == nullptr) return kEbadf;
  if (a.word(0) == a.word(1)) return a.word(1);
  return task.descriptors.replace(a[1], file, false);
}

int64_t sys_dup3(Task& task, const Arguments& a) {
  if (a.word(2) & ~uint32_t{kCloseOnExec}) return kEinval;
  if (a.word(0) == a.word(1)) return kEinval;
  OpenFile* file = task.descriptors.get(a[0]);
  if (file == nullptr) return kEbadf;
  return task.descriptors.replace(a[1], file, (a.word(2) & kCloseOnExec) != 0);
}

int64_t sys_fcntl(Task& task, const Arguments& a) {
  OpenFile* file = task.descriptors.get(a[0]);
  if (file == nullptr) return kEbadf;
  switch (a.word(1)) {
    case kDuplicate:
      return duplicate_from(task, file, a.word(2), false);
    case kDuplicateCloseOnExec:
      return duplicate_from(task, file, a.word(2), true);
    case kGetDescriptorFlags:
      return task.descriptors.is_close_on_exec(a[0]) ? kDescriptorCloseOnExec : 0;
    case kSetDescriptorFlags:
      task.descriptors.set_close_on_exec(a[0], (a[2] & kDescriptorCloseOnExec) != 0);
      return 0;
    case kGetStatusFlags:
      return file->flags();
    case kSetStatusFlags:
      return set_status_flags(*file, a.word(2));
    case kGetLock:
    case kGetOpenLock:
      return get_lock(a[2]);
    case kSetLock:
    case kSetLockWait:
    case kSetOpenLock:
    case kSetOpenLockWait:
    case kSetOwner:
      return 0;
    case kGetOwner:
      return 0;
    case kGetPipeSize:
    case kSetPipeSize:
      return is_pipe(*file) ? static_cast<int64_t>(PipeBuffer::kCapacity) : kEbadf;
    default:
      return kEinval;
  }
}

int64_t sys_ioctl(Task& task, const Arguments& a) {
  OpenFile* file = task.descriptors.get(a[0]);
  if (file == nullptr || (file->flags() & kPathOnly)) return kEbadf;
  switch (a.word(1)) {
    case kSetCloseOnExec:
      task.descriptors.set_close_on_exec(a[0], true);
      return 0;
    case kClearCloseOnExec:
      task.descriptors.set_close_on_exec(a[0], false);
      return 0;
    case kSetNonBlocking:
      return set_non_blocking(*file, a[2]);
    case kBytesReadable:
      if (!file->is_directory()) return get_readable_bytes(*file, a[2]);
      break;
    default:
      break;
  }
  return file->control(a.word(1), a[2]);
}

}  // namespace hop::personality
