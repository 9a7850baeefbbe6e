// SPDX-License-Identifier: GPL-2.0-or-later
// read, write and their relatives; lseek.
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/layout.h"
#include "userland/services/linux/system_call.h"
#include "userland/services/linux/task.h"

namespace hop::personality {
namespace {

/// Where a transfer happens: at the file position, or at an offset of its own.
struct Place {
  bool is_position = true;
  uint64_t offset = 0;
};

constexpr Place kAtPosition = {};

int64_t read_once(OpenFile& file, uint64_t pointer, uint64_t bytes, Place& place) {
  const uint64_t address = caller_address(pointer, bytes);
  if (address == 0 && bytes != 0) return kEfault;
  const uint64_t offset = place.is_position && file.is_seekable() ? file.position() : place.offset;
  const int64_t result = file.read(address, bytes, offset);
  if (result <= 0) return result;
  place.offset += static_cast<uint64_t>(result);
  if (place.is_position && file.is_seekable()) file.set_position(offset + static_cast<uint64_t>(result));
  return result;
}

int64_t write_once(OpenFile& file, uint64_t pointer, uint64_t bytes, Place& place) {
  const uint64_t address = caller_address(pointer, bytes);
  if (address == 0 && bytes != 0) return kEfault;
  const bool appends = (file.flags() & kAppend) != 0 && file.is_seekable();
  const uint64_t offset = appends                                   ? OpenFile::kAtEnd
                          : place.is_position && file.is_seekable() ? file.position()
                                                                    : place.offset;
  const int64_t result = file.write(address, bytes, offset);
  if (result <= 0) return result;
  place.offset += static_cast<uint64_t>(result);
  if (place.is_position && file.is_seekable()) {
    if (appends)
      file.set_position_to_end();
    else
      file.set_position(offset + static_cast<uint64_t>(result));
  }
  return result;
}

using Transfer = int64_t (*)(OpenFile& file, uint64_t pointer, uint64_t bytes, Place& place);

/// EBADF, ESPIPE and EINVAL come before anything about the buffers. On success file is the open file.
int64_t take_file(Task& task, uint64_t descriptor, bool writing, const Place& place, OpenFile*& file) {
  file = task.descriptors.get(descriptor);
  if (file == nullptr) return kEbadf;
  if (!place.is_position) {
    if (static_cast<int64_t>(place.offset) < 0) return kEinval;
    if (!file->is_seekable()) return kEspipe;
  }
  return (writing ? file->is_writable() : file->is_readable()) ? 0 : kEbadf;
}

int64_t signal_broken_pipe(Task& task, int64_t result) {
  if (result == kEpipe) raise_signal(task, kSigPipe, kCodeUser, static_cast<uint32_t>(task.id));
  return result;
}

int64_t transfer(Task& task, const Arguments& a, bool writing, Place place) {
  OpenFile* file = nullptr;
  if (const int64_t error = take_file(task, a[0], writing, place, file); error < 0) return error;
  if (static_cast<int64_t>(a[2]) < 0) return kEinval;
  const uint64_t bytes = a[2] < kTransferMaximum ? a[2] : kTransferMaximum;
  return signal_broken_pipe(task, (writing ? write_once : read_once)(*file, a[1], bytes, place));
}

int64_t check_vectors(uint64_t pointer, uint64_t count) {
  if (count > kIoVectorMaximum) return kEinval;
  for (uint64_t i = 0; i < count; i++) {
    IoVector vector;
    if (!read_in(pointer + i * sizeof(IoVector), vector)) return kEfault;
    if (static_cast<int64_t>(vector.length) < 0) return kEinval;
  }
  return 0;
}

/// Each part in turn until one is cut short; an error counts only if nothing was moved before it.
int64_t transfer_vectors(Task& task, const Arguments& a, bool writing, Place place) {
  OpenFile* file = nullptr;
  if (const int64_t error = take_file(task, a[0], writing, place, file); error < 0) return error;
  if (const int64_t error = check_vectors(a[1], a[2]); error < 0) return error;
  const Transfer once = writing ? write_once : read_once;
  uint64_t total = 0;
  for (uint64_t i = 0; i < a[2]; i++) {
    IoVector vector;
    if (!read_in(a[1] + i * sizeof(IoVector), vector)) return total == 0 ? kEfault : static_cast<int64_t>(total);
    if (vector.length == 0) continue;
    const uint64_t room = kTransferMaximum - total;
    const uint64_t bytes = vector.length < room ? vector.length : room;
    const int64_t result = once(*file, vector.base, bytes, place);
    if (result < 0) return total == 0 ? signal_broken_pipe(task, result) : static_cast<int64_t>(total);
    total += static_cast<uint64_t>(result);
    if (static_cast<uint64_t>(result) < vector.length || total == kTransferMaximum) break;
    if (!writing && file->is_console()) break;  // more would wait for input although some is there
  }
  return static_cast<int64_t>(total);
}

int64_t transfer_second_version(Task& task, const Arguments& a, bool writing) {
  constexpr uint32_t kKnownFlags = 0x1f;  // RWF_HIPRI, DSYNC, SYNC, NOWAIT, APPEND: hints on files in memory
  if ((a.word(5) & ~kKnownFlags) != 0) return kEopnotsupp;
  const bool at_position = a[3] == ~uint64_t{0};
  return transfer_vectors(task, a, writing, {at_position, at_position ? 0 : a[3]});
}

int64_t seek_target(OpenFile& file, int64_t offset, uint64_t origin, int64_t& target) {
  if (origin == kSeekSet) {
    target = offset;
    return 0;
  }
  if (origin == kSeekCurrent) {
    return __builtin_add_overflow(static_cast<int64_t>(file.position()), offset, &target) ? kEoverflow : 0;
  }
  const int64_t end = file.size();
  if (end < 0) return end;
  if (origin == kSeekEnd) return __builtin_add_overflow(end, offset, &target) ? kEoverflow : 0;
  if (origin != kSeekData && origin != kSeekHole) return kEinval;
  if (offset < 0 || offset >= end) return kEnxio;
  target = origin == kSeekData ? offset : end;  // every file counts as one piece of data
  return 0;
}

}  // namespace

int64_t sys_read(Task& task, const Arguments& a) {
  return transfer(task, a, false, kAtPosition);
}
int64_t sys_write(Task& task, const Arguments& a) {
  return transfer(task, a, true, kAtPosition);
}
int64_t sys_pread64(Task& task, const Arguments& a) {
  return transfer(task, a, false, {false, a[3]});
}
int64_t sys_pwrite64(Task& task, const Arguments& a) {
  return transfer(task, a, true, {false, a[3]});
}
int64_t sys_readv(Task& task, const Arguments& a) {
  return transfer_vectors(task, a, false, kAtPosition);
}
int64_t sys_writev(Task& task, const Arguments& a) {
  return transfer_vectors(task, a, true, kAtPosition);
}
int64_t sys_preadv(Task& task, const Arguments& a) {
  return transfer_vectors(task, a, false, {false, a[3]});
}
int64_t sys_pwritev(Task& task, const Arguments& a) {
  return transfer_vectors(task, a, true, {false, a[3]});
}
int64_t sys_preadv2(Task& task, const Arguments& a) {
  return transfer_second_version(task, a, false);
}
int64_t sys_pwritev2(Task& task, const Arguments& a) {
  return transfer_second_version(task, a, true);
}

int64_t sys_lseek(Task& task, const Arguments& a) {
  OpenFile* file = task.descriptors.get(a[0]);
  if (file == nullptr || (file->flags() & kPathOnly)) return kEbadf;
  if (a[2] > kSeekHole) return kEinval;
  if (!file->is_seekable()) return kEspipe;
  int64_t target = 0;
  if (const int64_t error = seek_target(*file, static_cast<int64_t>(a[1]), a[2], target); error < 0) return error;
  if (target < 0) return kEinval;
  file->set_position(static_cast<uint64_t>(target));
  return target;
}

/// Copies through the message space, a piece at a time.
int64_t sys_sendfile(Task& task, const Arguments& a) {
  OpenFile* to = task.descriptors.get(a[0]);
  OpenFile* from = task.descriptors.get(a[1]);
  if (to == nullptr || from == nullptr || !to->is_writable() || !from->is_readable()) return kEbadf;
  if (!from->is_mappable()) return kEinval;
  Place source = kAtPosition, target = kAtPosition;
  if (a[2] != 0) {
    source.is_position = false;
    if (!read_in(a[2], source.offset)) return kEfault;
    if (static_cast<int64_t>(source.offset) < 0) return kEinval;
  }
  const uint64_t bytes = a[3] < kTransferMaximum ? a[3] : kTransferMaximum;
  uint64_t total = 0;
  while (total < bytes) {
    const uint64_t step = bytes - total < kMessageDataBytes ? bytes - total : kMessageDataBytes;
    const Place before = source;
    const uint64_t position = from->position();
    const int64_t taken = read_once(*from, kMessageData, step, source);
    if (taken <= 0) {
      if (taken < 0 && total == 0) return taken;
      break;
    }
    const int64_t given = write_once(*to, kMessageData, static_cast<uint64_t>(taken), target);
    if (given < taken) {  // what was read too far is unread again
      const uint64_t used = given < 0 ? 0 : static_cast<uint64_t>(given);
      source.offset = before.offset + used;
      if (source.is_position) from->set_position(position + used);
      if (given < 0 && total == 0) return signal_broken_pipe(task, given);
      total += used;
      break;
    }
    total += static_cast<uint64_t>(given);
  }
  if (a[2] != 0 && !write_out(a[2], source.offset)) return kEfault;
  return static_cast<int64_t>(total);
}

}  // namespace hop::personality
