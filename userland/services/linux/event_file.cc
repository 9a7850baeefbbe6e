// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/event_file.h"

#include "isa-ext/abi/address.h"
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/service_lock.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/text.h"

namespace hop::personality {

void EventFile::changed() {
  waiters_.wake();
  poll_queue().wake();
}

int64_t EventFile::read(uint64_t address, uint64_t bytes, uint64_t) {
  if (bytes < sizeof count_) return kEinval;
  while (count_ == 0) {
    if (!is_blocking()) return kEagain;
    if (const int64_t error = wait_in(waiters_, *current_task(), kNoDeadline); error < 0) return error;
  }
  const uint64_t value = is_semaphore_ ? 1 : count_;
  if (!write_out(address, value)) return kEfault;
  count_ -= value;
  changed();
  return sizeof value;
}

int64_t EventFile::write(uint64_t address, uint64_t bytes, uint64_t) {
  uint64_t value = 0;
  if (bytes < sizeof value) return kEinval;
  if (!read_in(address, value)) return kEfault;
  if (value == ~uint64_t{0}) return kEinval;
  while (value > kMost - count_) {
    if (!is_blocking()) return kEagain;
    if (const int64_t error = wait_in(waiters_, *current_task(), kNoDeadline); error < 0) return error;
  }
  count_ += value;
  changed();
  return sizeof value;
}

int64_t EventFile::status(uint64_t address) {
  files::FileStatus status = {};
  status.device = 0xe;
  status.inode = 1;
  status.links = 1;
  status.mode = 0600;
  status.block_size = static_cast<int64_t>(asx::kPageSize);
  return write_out(address, status) ? 0 : kEfault;
}

int16_t EventFile::readiness() {
  return static_cast<int16_t>((count_ > 0 ? kPollIn : 0) | (count_ < kMost ? kPollOut : 0));
}

uint64_t EventFile::describe(char* text, uint64_t capacity) {
  return TextWriter(text, capacity).text("anon_inode:[eventfd]").length();
}

}  // namespace hop::personality
