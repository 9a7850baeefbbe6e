// SPDX-License-Identifier: GPL-2.0-or-later
// What can be asked about files: stat and its relatives, access, statfs, readlink, directory entries.
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/layout.h"
#include "userland/services/linux/paths.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/system_call.h"

namespace hop::personality {
namespace {

constexpr auto kHere = static_cast<uint64_t>(kCurrentDirectory);

int64_t descriptor_status(Task& task, uint64_t descriptor, uint64_t address) {
  if (static_cast<int32_t>(descriptor) == kCurrentDirectory)
    return files_call(files::Operation::Status, task.directory->handle, address).value;
  OpenFile* file = task.descriptors.get(descriptor);
  return file == nullptr ? kEbadf : file->status(address);
}

/// Writes a struct stat to an address that files can use.
int64_t path_status(Task& task, uint64_t directory, uint64_t pointer, uint64_t address, uint32_t flags) {
  if ((flags & kAtEmptyPath) && (pointer == 0 || is_empty_path(pointer)))
    return descriptor_status(task, directory, address);
  PathArgument path;
  if (const int64_t error = take_path(task, directory, pointer, kMessagePath, path); error < 0) return error;
  if (path.kind == PathKind::Descriptor) {
    OpenFile* file = task.descriptors.get(path.descriptor);
    return file == nullptr ? kEnoent : file->status(address);
  }
  if (path.kind == PathKind::Information) {
    files::FileStatus status = {};
    status.links = 1;
    status.inode = 1;
    status.mode = kModeRegular | 0444u;
    status.block_size = 1024;
    return write_out(address, status) ? 0 : kEfault;
  }
  const uint64_t files_flags = flags & kAtNoFollow ? uint64_t{files::kNoFollow} : 0;
  return files_call(files::Operation::StatusAt, path.directory, path.address, address, files_flags).value;
}

int64_t status_to(Task& task, uint64_t directory, uint64_t pointer, uint64_t buffer, uint32_t flags) {
  constexpr uint32_t kKnown = kAtNoFollow | kAtNoAutomount | kAtEmptyPath;
  if (flags & ~kKnown) return kEinval;
  const uint64_t address = caller_address(buffer, sizeof(files::FileStatus));
  return address == 0 ? kEfault : path_status(task, directory, pointer, address, flags);
}

StatxTime statx_time(uint64_t seconds, uint64_t nanoseconds) {
  return {static_cast<int64_t>(seconds), static_cast<uint32_t>(nanoseconds), 0};
}

Statx to_statx(const files::FileStatus& from) {
  Statx to = {};
  to.mask = kStatxBasic;
  to.block_size = static_cast<uint32_t>(from.block_size);
  to.links = static_cast<uint32_t>(from.links);
  to.uid = from.uid;
  to.gid = from.gid;
  to.mode = static_cast<uint16_t>(from.mode);
  to.inode = from.inode;
  to.size = static_cast<uint64_t>(from.size);
  to.blocks = static_cast<uint64_t>(from.blocks);
  to.access = statx_time(from.access_seconds, from.access_nanoseconds);
  to.modify = statx_time(from.modify_seconds, from.modify_nanoseconds);
  to.change = statx_time(from.change_seconds, from.change_nanoseconds);
  to.rdev_major = device_major(from.rdev);
  to.rdev_minor = device_minor(from.rdev);
  to.device_major = device_major(from.device);
  to.device_minor = device_minor(from.device);
  return to;
}

/// root may read and write everything, and execute what somebody may.
int64_t check_access(Task& task, uint64_t directory, uint64_t pointer, uint64_t wanted, uint32_t flags) {
  constexpr uint64_t kExecute = 1, kAll = 7;
  constexpr uint32_t kKnown = kAtNoFollow | kAtEffectiveAccess | kAtEmptyPath;
  if ((wanted & ~kAll) || (flags & ~kKnown)) return kEinval;
  if (const int64_t error = path_status(task, directory, pointer, kMessageStatus, flags); error < 0) return error;
  files::FileStatus status;
  if (!read_in(kMessageStatus, status)) return kEfault;
  const bool executable = (status.mode & kModeType) == kModeDirectory || (status.mode & 0111) != 0;
  return (wanted & kExecute) && !executable ? kEacces : 0;
}

int64_t file_system_to(uint64_t pointer) {
  if (const int64_t error = files_call(files::Operation::FileSystem, kMessageStatus).value; error < 0) return error;
  files::FileSystemStatus system;
  if (!read_in(kMessageStatus, system)) return kEfault;
  StatFs result = {};
  result.type = kTemporaryFileSystem;
  result.block_size = result.fragment_size = static_cast<int64_t>(system.block_size);
  result.blocks = system.blocks;
  result.free_blocks = result.available_blocks = system.free_blocks;
  result.files = system.files;
  result.free_files = system.free_blocks;
  result.name_length = 255;
  return write_out(pointer, result) ? 0 : kEfault;
}

int64_t read_link(Task& task, uint64_t directory, uint64_t pointer, uint64_t buffer, uint64_t bytes) {
  if (static_cast<int32_t>(bytes) <= 0) return kEinval;
  PathArgument path;
  if (const int64_t error = take_path(task, directory, pointer, kMessagePath, path); error < 0) return error;
  uint64_t length = path.length;
  if (path.kind == PathKind::Descriptor) {
    const int64_t described = describe_descriptor(task, path.descriptor, path.text, kPathMaximum);
    if (described < 0) return described;
    length = static_cast<uint64_t>(described);
  } else if (path.kind != PathKind::Program) {
    const uint64_t address = caller_address(buffer, bytes);
    if (address == 0) return kEfault;
    return files_call(files::Operation::ReadLink, path.directory, path.address, address, bytes).value;
  }
  if (length > bytes) length = bytes;
  return copy_out(buffer, path.text, length) ? static_cast<int64_t>(length) : kEfault;
}

/// Rewrites linux_dirent64 records as the older linux_dirent: the type moves to the end. The sizes stay the same.
int64_t to_old_entries(uint64_t buffer, int64_t bytes) {
  constexpr uint64_t kHeader = 18, kNewHeader = 19;
  unsigned char record[kNewHeader + 256 + 8];
  for (uint64_t place = 0; place < static_cast<uint64_t>(bytes);) {
    uint16_t length = 0;
    if (!copy_in(&length, buffer + place + 16, sizeof(length)) || length > sizeof(record) || length <= kNewHeader)
      return kEfault;
    if (!copy_in(record, buffer + place, length)) return kEfault;
    const unsigned char type = record[kHeader];
    for (uint64_t i = kHeader; i + 1 < length; i++) record[i] = record[i + 1];
    record[length - 1] = type;
    if (!copy_out(buffer + place, record, length)) return kEfault;
    place += length;
  }
  return bytes;
}

int64_t directory_entries(Task& task, const Arguments& a) {
  OpenFile* file = task.descriptors.get(a[0]);
  if (file == nullptr || (file->flags() & kPathOnly)) return kEbadf;
  const uint64_t bytes = a.word(2);
  const uint64_t address = caller_address(a[1], bytes);
  if (!file->is_directory()) return kEnotdir;
  if (address == 0) return kEfault;
  uint64_t cookie = file->position();
  const int64_t result = file->read_directory(address, bytes, cookie);
  if (result > 0) file->set_position(cookie);
  return result;
}

}  // namespace

int64_t sys_stat(Task& task, const Arguments& a) {
  return status_to(task, kHere, a[0], a[1], 0);
}
int64_t sys_lstat(Task& task, const Arguments& a) {
  return status_to(task, kHere, a[0], a[1], kAtNoFollow);
}
int64_t sys_newfstatat(Task& task, const Arguments& a) {
  return status_to(task, a[0], a[1], a[2], a.word(3));
}
int64_t sys_fstat(Task& task, const Arguments& a) {
  OpenFile* file = task.descriptors.get(a[0]);
  if (file == nullptr) return kEbadf;
  const uint64_t address = caller_address(a[1], sizeof(files::FileStatus));
  return address == 0 ? kEfault : file->status(address);
}

int64_t sys_statx(Task& task, const Arguments& a) {
  constexpr uint32_t kKnown = kAtNoFollow | kAtNoAutomount | kAtEmptyPath | kAtSyncMask;
  constexpr uint32_t kReservedMask = 0x80000000;
  const uint32_t flags = a.word(2);
  if ((flags & ~kKnown) || (flags & kAtSyncMask) == kAtSyncMask || (a.word(3) & kReservedMask)) return kEinval;
  if (const int64_t error = path_status(task, a[0], a[1], kMessageStatus, flags); error < 0) return error;
  files::FileStatus status;
  if (!read_in(kMessageStatus, status)) return kEfault;
  return write_out(a[4], to_statx(status)) ? 0 : kEfault;
}

int64_t sys_access(Task& task, const Arguments& a) {
  return check_access(task, kHere, a[0], a[1], 0);
}
int64_t sys_faccessat(Task& task, const Arguments& a) {
  return check_access(task, a[0], a[1], a[2], 0);
}
int64_t sys_faccessat2(Task& task, const Arguments& a) {
  return check_access(task, a[0], a[1], a[2], a.word(3));
}

int64_t sys_statfs(Task& task, const Arguments& a) {
  const int64_t error = path_status(task, kHere, a[0], kMessageStatus, 0);
  return error < 0 ? error : file_system_to(a[1]);
}
int64_t sys_fstatfs(Task& task, const Arguments& a) {
  return task.descriptors.get(a[0]) == nullptr ? kEbadf : file_system_to(a[1]);
}

int64_t sys_readlink(Task& task, const Arguments& a) {
  return read_link(task, kHere, a[0], a[1], a[2]);
}
int64_t sys_readlinkat(Task& task, const Arguments& a) {
  return read_link(task, a[0], a[1], a[2], a[3]);
}

int64_t sys_getdents64(Task& task, const Arguments& a) {
  return directory_entries(task, a);
}
int64_t sys_getdents(Task& task, const Arguments& a) {
  const int64_t result = directory_entries(task, a);
  return result > 0 ? to_old_entries(a[1], result) : result;
}

}  // namespace hop::personality
