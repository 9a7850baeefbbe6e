// SPDX-License-Identifier: GPL-2.0-or-later
// Changes to files themselves: size, mode, owner, times; syncing, which has nothing to do.
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/layout.h"
#include "userland/services/linux/paths.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/system_call.h"

namespace hop::personality {
namespace {

constexpr auto kHere = static_cast<uint64_t>(kCurrentDirectory);

/// What a change is made to: a handle itself (path 0), or a path from a directory.
struct Target {
  uint64_t handle = 0, path = 0, flags = 0;
};

int64_t descriptor_target(Task& task, uint64_t descriptor, Target& target) {
  OpenFile* file = task.descriptors.get(descriptor);
  if (file == nullptr || (file->flags() & kPathOnly)) return kEbadf;
  target = {file->handle(), 0, 0};
  return 0;
}

int64_t path_target(Task& task, uint64_t directory, uint64_t pointer, uint32_t flags, Target& target) {
  if (flags & ~uint32_t{kAtNoFollow | kAtEmptyPath}) return kEinval;
  if ((flags & kAtEmptyPath) && is_empty_path(pointer)) {
    if (static_cast<int32_t>(directory) != kCurrentDirectory) return descriptor_target(task, directory, target);
    target = {task.directory->handle, 0, 0};
    return 0;
  }
  PathArgument path;
  if (const int64_t error = take_path(task, directory, pointer, kMessagePath, path); error < 0) return error;
  if (path.kind == PathKind::Descriptor) return descriptor_target(task, path.descriptor, target);
  target = {path.directory, path.address, flags & kAtNoFollow ? uint64_t{files::kNoFollow} : 0};
  return 0;
}

/// Console lines and pipes have no node whose attributes could be kept: changes succeed and are forgotten.
bool is_kept(const Target& target) {
  return target.path != 0 || target.handle != kNoHandle;
}

int64_t change_mode(const Target& target, uint32_t mode) {
  if (!is_kept(target)) return 0;
  return files_call(files::Operation::ChangeMode, target.handle, target.path, mode & kModePermissions, target.flags)
      .value;
}

/// A 32-bit id of ~0 keeps what is; files wants the 64-bit ~0 for that.
uint64_t owner_id(uint64_t id) {
  return static_cast<uint32_t>(id) == ~uint32_t{0} ? ~uint64_t{0} : static_cast<uint32_t>(id);
}

int64_t change_owner(const Target& target, uint64_t user, uint64_t group) {
  if (!is_kept(target)) return 0;
  return files_call(files::Operation::ChangeOwner, target.handle, target.path, owner_id(user), owner_id(group),
                    target.flags)
      .value;
}

struct Times {
  uint64_t access = files::kTimeNow, modify = files::kTimeNow;
};

int64_t set_times(const Target& target, const Times& times) {
  if (!is_kept(target)) return 0;
  return files_call(files::Operation::SetTimes, target.handle, target.path, times.access, times.modify, target.flags)
      .value;
}

int64_t file_time(const TimeSpec& from, uint64_t& to) {
  constexpr int64_t kNow = 0x3fffffff, kOmit = 0x3ffffffe;
  if (from.nanoseconds == kNow || from.nanoseconds == kOmit) {
    to = from.nanoseconds == kNow ? files::kTimeNow : files::kTimeKeep;
    return 0;
  }
  if (from.nanoseconds < 0 || from.nanoseconds >= static_cast<int64_t>(kNanoseconds)) return kEinval;
  to = static_cast<uint64_t>(from.seconds) * kNanoseconds + static_cast<uint64_t>(from.nanoseconds);
  return 0;
}

int64_t read_time_specs(uint64_t pointer, Times& times) {
  if (pointer == 0) return 0;
  TimeSpec specs[2];
  if (!read_in(pointer, specs)) return kEfault;
  if (const int64_t error = file_time(specs[0], times.access); error < 0) return error;
  return file_time(specs[1], times.modify);
}

int64_t read_time_values(uint64_t pointer, Times& times) {
  if (pointer == 0) return 0;
  TimeValue values[2];
  if (!read_in(pointer, values)) return kEfault;
  constexpr int64_t kMicroseconds = 1'000'000;
  for (const TimeValue& value : values)
    if (value.microseconds < 0 || value.microseconds >= kMicroseconds) return kEinval;
  const TimeSpec specs[2] = {{values[0].seconds, values[0].microseconds * 1000},
                             {values[1].seconds, values[1].microseconds * 1000}};
  static_cast<void>(file_time(specs[0], times.access));
  return file_time(specs[1], times.modify);
}

int64_t descriptor_exists(Task& task, uint64_t descriptor) {
  return task.descriptors.get(descriptor) == nullptr ? kEbadf : 0;
}

int64_t sync_descriptor(Task& task, uint64_t descriptor) {
  OpenFile* file = task.descriptors.get(descriptor);
  if (file == nullptr) return kEbadf;
  return file->handle() == kNoHandle ? kEinval : 0;
}

}  // namespace

int64_t sys_truncate(Task& task, const Arguments& a) {
  if (static_cast<int64_t>(a[1]) < 0) return kEinval;
  PathArgument path;
  if (const int64_t error = take_path(task, kHere, a[0], kMessagePath, path); error < 0) return error;
  const Answer answer = files_call(files::Operation::Open, path.directory, path.address, files::kOpenWrite, 0);
  if (answer.value < 0) return answer.value;
  const auto handle = static_cast<uint64_t>(answer.value);
  const bool is_file = (answer.second & kModeType) == kModeRegular;
  const int64_t result = is_file ? files_call(files::Operation::Truncate, handle, a[1]).value : kEinval;
  files_call(files::Operation::Close, handle);
  return result;
}

int64_t sys_ftruncate(Task& task, const Arguments& a) {
  OpenFile* file = task.descriptors.get(a[0]);
  if (static_cast<int64_t>(a[1]) < 0) return kEinval;
  if (file == nullptr) return kEbadf;
  return file->is_writable() ? file->truncate(a[1]) : kEinval;
}

/// Only growing: pages come into being when they are written.
int64_t sys_fallocate(Task& task, const Arguments& a) {
  constexpr uint32_t kKeepSize = 1;
  OpenFile* file = task.descriptors.get(a[0]);
  if (file == nullptr || !file->is_writable()) return kEbadf;
  const auto offset = static_cast<int64_t>(a[2]), bytes = static_cast<int64_t>(a[3]);
  int64_t end = 0;
  if (offset < 0 || bytes <= 0) return kEinval;
  if (__builtin_add_overflow(offset, bytes, &end)) return kEfbig;
  if (a.word(1) & ~kKeepSize) return kEopnotsupp;
  if (!file->is_mappable()) return file->is_seekable() ? kEnodev : kEspipe;
  const int64_t size = file->size();
  if (size < 0 || end <= size || (a.word(1) & kKeepSize)) return size < 0 ? size : 0;
  return file->truncate(static_cast<uint64_t>(end));
}

int64_t sys_chmod(Task& task, const Arguments& a) {
  Target target;
  const int64_t error = path_target(task, kHere, a[0], 0, target);
  return error < 0 ? error : change_mode(target, a.word(1));
}
int64_t sys_fchmod(Task& task, const Arguments& a) {
  Target target;
  const int64_t error = descriptor_target(task, a[0], target);
  return error < 0 ? error : change_mode(target, a.word(1));
}
int64_t sys_fchmodat(Task& task, const Arguments& a) {
  Target target;
  const int64_t error = path_target(task, a[0], a[1], 0, target);
  return error < 0 ? error : change_mode(target, a.word(2));
}
int64_t sys_fchmodat2(Task& task, const Arguments& a) {
  Target target;
  const int64_t error = path_target(task, a[0], a[1], a.word(3), target);
  return error < 0 ? error : change_mode(target, a.word(2));
}

int64_t sys_chown(Task& task, const Arguments& a) {
  Target target;
  const int64_t error = path_target(task, kHere, a[0], 0, target);
  return error < 0 ? error : change_owner(target, a[1], a[2]);
}
int64_t sys_lchown(Task& task, const Arguments& a) {
  Target target;
  const int64_t error = path_target(task, kHere, a[0], kAtNoFollow, target);
  return error < 0 ? error : change_owner(target, a[1], a[2]);
}
int64_t sys_fchown(Task& task, const Arguments& a) {
  Target target;
  const int64_t error = descriptor_target(task, a[0], target);
  return error < 0 ? error : change_owner(target, a[1], a[2]);
}
int64_t sys_fchownat(Task& task, const Arguments& a) {
  Target target;
  const int64_t error = path_target(task, a[0], a[1], a.word(4), target);
  return error < 0 ? error : change_owner(target, a[2], a[3]);
}

int64_t sys_utimensat(Task& task, const Arguments& a) {
  Times times;
  if (const int64_t error = read_time_specs(a[2], times); error < 0) return error;
  Target target;
  const int64_t error =
      a[1] == 0 ? descriptor_target(task, a[0], target) : path_target(task, a[0], a[1], a.word(3), target);
  if (error < 0) return error;
  if (times.access == files::kTimeKeep && times.modify == files::kTimeKeep && target.path == 0) return 0;
  return set_times(target, times);
}
int64_t sys_futimesat(Task& task, const Arguments& a) {
  Times times;
  if (const int64_t error = read_time_values(a[2], times); error < 0) return error;
  Target target;
  const int64_t error = a[1] == 0 ? descriptor_target(task, a[0], target) : path_target(task, a[0], a[1], 0, target);
  return error < 0 ? error : set_times(target, times);
}
int64_t sys_utimes(Task& task, const Arguments& a) {
  return sys_futimesat(task, {{kHere, a[0], a[1], 0, 0, 0}});
}
int64_t sys_utime(Task& task, const Arguments& a) {
  Times times;
  int64_t seconds[2];
  if (a[1] != 0) {
    if (!read_in(a[1], seconds)) return kEfault;
    times = {static_cast<uint64_t>(seconds[0]) * kNanoseconds, static_cast<uint64_t>(seconds[1]) * kNanoseconds};
  }
  Target target;
  const int64_t error = path_target(task, kHere, a[0], 0, target);
  return error < 0 ? error : set_times(target, times);
}

int64_t sys_fsync(Task& task, const Arguments& a) {
  return sync_descriptor(task, a[0]);
}
int64_t sys_fdatasync(Task& task, const Arguments& a) {
  return sync_descriptor(task, a[0]);
}
int64_t sys_sync_file_range(Task& task, const Arguments& a) {
  return sync_descriptor(task, a[0]);
}
int64_t sys_syncfs(Task& task, const Arguments& a) {
  return descriptor_exists(task, a[0]);
}
int64_t sys_flock(Task& task, const Arguments& a) {
  return descriptor_exists(task, a[0]);
}
int64_t sys_fadvise64(Task& task, const Arguments& a) {
  return descriptor_exists(task, a[0]);
}

}  // namespace hop::personality
