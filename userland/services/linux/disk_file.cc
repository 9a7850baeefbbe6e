// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/disk_file.h"

#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/layout.h"
#include "userland/services/linux/services.h"

namespace hop::personality {

DiskFile::~DiskFile() {
  files_call(files::Operation::Close, handle_);
}

int64_t DiskFile::read(uint64_t address, uint64_t bytes, uint64_t offset) {
  return files_call(files::Operation::Read, handle_, offset, address, bytes).value;
}

int64_t DiskFile::write(uint64_t address, uint64_t bytes, uint64_t offset) {
  return files_call(files::Operation::Write, handle_, offset, address, bytes).value;
}

int64_t DiskFile::status(uint64_t address) {
  return files_call(files::Operation::Status, handle_, address).value;
}

int64_t DiskFile::size() {
  files::FileStatus status;
  if (const int64_t error = DiskFile::status(kMessageStatus); error < 0) return error;
  return read_in(kMessageStatus, status) ? status.size : kEfault;
}

int64_t DiskFile::truncate(uint64_t bytes) {
  return files_call(files::Operation::Truncate, handle_, bytes).value;
}

int64_t DiskFile::readable_bytes() {
  const int64_t end = size();
  if (end < 0) return end;
  const uint64_t here = position();
  return here >= static_cast<uint64_t>(end) ? 0 : end - static_cast<int64_t>(here);
}

int64_t DiskDirectory::read_directory(uint64_t address, uint64_t bytes, uint64_t& cookie) {
  const Answer answer = files_call(files::Operation::ReadDirectory, handle(), cookie, address, bytes);
  if (answer.value > 0) cookie = answer.second;
  return answer.value;
}

}  // namespace hop::personality
