// SPDX-License-Identifier: GPL-2.0-or-later
// open and its relatives; pipes.
#include <new>

#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/character_files.h"
#include "userland/services/linux/disk_file.h"
#include "userland/services/linux/fifo.h"
#include "userland/services/linux/paths.h"
#include "userland/services/linux/pipe_file.h"
#include "userland/services/linux/proc_text.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/system_call.h"

namespace hop::personality {
namespace {

constexpr uint32_t kOnlyWhileOpening = kCreate | kExclusive | kNoControllingTerminal | kTruncate;

uint64_t files_flags(uint32_t flags) {
  uint64_t result = 0;
  if ((flags & kAccessMode) != kReadOnly) result |= files::kOpenWrite;
  if (flags & kCreate) result |= files::kOpenCreate;
  if ((flags & kCreate) && (flags & kExclusive)) result |= files::kOpenExclusive;
  if (flags & kTruncate) result |= files::kOpenTruncate;
  if (flags & kDirectoryOnly) result |= files::kOpenDirectory;
  if (flags & kNoFollowLinks) result |= files::kOpenNoFollow;
  return result;
}

/// The open file for a handle of files; takes the handle over if it succeeds.
int64_t make_file(Task& task, uint64_t handle, uint64_t mode_and_device, uint32_t flags, OpenFile*& file) {
  const uint32_t type = mode_and_device & kModeType;
  int64_t error = kEnomem;
  if (flags & kPathOnly || type == kModeRegular) {
    file = type == kModeDirectory ? new (std::nothrow) DiskDirectory(flags, handle)
                                  : new (std::nothrow) DiskFile(flags, handle);
  } else if (type == kModeDirectory) {
    if ((flags & kAccessMode) != kReadOnly) return kEisdir;
    file = new (std::nothrow) DiskDirectory(flags, handle);
  } else if (type == kModeCharacter) {
    file = open_device(mode_and_device >> 32, flags, handle, error);
  } else if (type == kModeFifo) {
    return open_fifo(task, handle, flags, file);
  } else {
    return kEnxio;  // block devices: nobody is behind them
  }
  return file == nullptr ? error : 0;
}

int64_t open_handle(Task& task, const PathArgument& path, uint32_t flags, uint32_t mode, OpenFile*& file) {
  const Answer answer = files_call(files::Operation::Open, path.directory, path.address, files_flags(flags), mode);
  if (answer.value < 0) return answer.value;
  const auto handle = static_cast<uint64_t>(answer.value);
  const int64_t error = make_file(task, handle, answer.second, flags & ~kOnlyWhileOpening, file);
  if (error < 0) files_call(files::Operation::Close, handle);
  return error;
}

/// /proc/self/fd/N opens the file anew where files knows it; a console line or a pipe end is shared.
int64_t reopen_descriptor(Task& task, PathArgument& path, uint32_t flags, uint32_t mode, OpenFile*& file) {
  OpenFile* old = task.descriptors.get(path.descriptor);
  if (old == nullptr) return kEnoent;
  if (old->handle() == kNoHandle) {
    old->retain();
    file = old;
    return 0;
  }
  const int64_t length = describe_descriptor(task, path.descriptor, path.text, kPathMaximum - 1);
  if (length < 0) return length;
  path.text[length] = 0;
  if (!copy_out(kMessagePath, path.text, static_cast<uint64_t>(length) + 1)) return kEfault;
  path.address = kMessagePath;
  return open_handle(task, path, flags, mode, file);
}

int64_t open_path(Task& task, uint64_t directory, uint64_t pointer, uint32_t flags, uint32_t mode) {
  if ((flags & kTemporaryFile) == kTemporaryFile) return kEopnotsupp;
  if ((flags & kAccessMode) == kAccessMode) return kEinval;
  if ((flags & kCreate) && (flags & kDirectoryOnly)) return kEinval;
  if (flags & kPathOnly) flags &= kPathOnly | kDirectoryOnly | kNoFollowLinks | kCloseOnExec;
  PathArgument path;
  if (const int64_t error = take_path(task, directory, pointer, kMessagePath, path); error < 0) return error;
  mode &= kModePermissions & ~task.file_mode_mask;

  OpenFile* file = nullptr;
  int64_t error = 0;
  switch (path.kind) {
    case PathKind::Descriptor:
      error = reopen_descriptor(task, path, flags, mode, file);
      break;
    case PathKind::Information:
      error = open_proc_text(task, proc_text_number(path.text), flags | kLargeFile, file);
      break;
    case PathKind::Program:
    case PathKind::Plain:
      error = open_handle(task, path, flags | kLargeFile, mode, file);
      break;
  }
  if (error < 0) return error;
  const int64_t number = task.descriptors.install(file, (flags & kCloseOnExec) != 0);
  if (number < 0) file->release();
  return number;
}

int64_t make_pipe(Task& task, uint64_t pointer, uint32_t flags) {
  static uint64_t next_inode = 100;
  if ((flags & ~(kCloseOnExec | kNonBlocking | kDirect)) != 0) return kEinval;
  auto* buffer = new (std::nothrow) PipeBuffer(next_inode++);
  if (buffer == nullptr) return kEnomem;
  auto* reader = new (std::nothrow) PipeEnd(kReadOnly | (flags & kNonBlocking), buffer);
  if (reader == nullptr) {
    delete buffer;
    return kEnomem;
  }
  auto* writer = new (std::nothrow) PipeEnd(kWriteOnly | (flags & kNonBlocking), buffer);
  if (writer == nullptr) {
    reader->release();
    return kEnomem;
  }
  const bool close_on_exec = (flags & kCloseOnExec) != 0;
  const int64_t first = task.descriptors.install(reader, close_on_exec);
  const int64_t second = first < 0 ? first : task.descriptors.install(writer, close_on_exec);
  const int32_t numbers[2] = {static_cast<int32_t>(first), static_cast<int32_t>(second)};
  const bool written = second >= 0 && write_out(pointer, numbers);
  if (written) return 0;
  if (first >= 0) task.descriptors.close(static_cast<uint64_t>(first));
  if (second >= 0) task.descriptors.close(static_cast<uint64_t>(second));
  if (first < 0) reader->release();
  if (second < 0) writer->release();
  return second < 0 ? second : kEfault;
}

}  // namespace

int64_t sys_open(Task& task, const Arguments& a) {
  return open_path(task, static_cast<uint64_t>(kCurrentDirectory), a[0], a.word(1), a.word(2));
}
int64_t sys_openat(Task& task, const Arguments& a) {
  return open_path(task, a[0], a[1], a.word(2), a.word(3));
}
int64_t sys_creat(Task& task, const Arguments& a) {
  return open_path(task, static_cast<uint64_t>(kCurrentDirectory), a[0], kCreate | kWriteOnly | kTruncate, a.word(1));
}
int64_t sys_pipe(Task& task, const Arguments& a) {
  return make_pipe(task, a[0], 0);
}
int64_t sys_pipe2(Task& task, const Arguments& a) {
  return make_pipe(task, a[0], a.word(1));
}

}  // namespace hop::personality
