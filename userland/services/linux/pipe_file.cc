// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/pipe_file.h"

#include "isa-ext/abi/address.h"
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/service_lock.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/text.h"

namespace hop::personality {
namespace {

uint64_t smaller(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

}  // namespace

int64_t PipeBuffer::take(uint64_t address, uint64_t bytes) {
  uint64_t done = 0;
  while (done < bytes && bytes_ > 0) {
    const uint64_t step = smaller(smaller(bytes - done, bytes_), kCapacity - first_);
    if (!copy_out(address + done, content_ + first_, step)) return done == 0 ? kEfault : static_cast<int64_t>(done);
    first_ = (first_ + step) % kCapacity;
    bytes_ -= step;
    done += step;
  }
  return static_cast<int64_t>(done);
}

int64_t PipeBuffer::put(uint64_t address, uint64_t bytes) {
  uint64_t done = 0;
  while (done < bytes && room() > 0) {
    const uint64_t end = (first_ + bytes_) % kCapacity;
    const uint64_t step = smaller(smaller(bytes - done, room()), kCapacity - end);
    if (!copy_in(content_ + end, address + done, step)) return done == 0 ? kEfault : static_cast<int64_t>(done);
    bytes_ += step;
    done += step;
  }
  return static_cast<int64_t>(done);
}

PipeEnd::PipeEnd(uint32_t flags, PipeBuffer* buffer) : OpenFile(flags), buffer_(buffer) {
  if (is_readable()) buffer_->readers++;
  if (is_writable()) buffer_->writers++;
}

PipeEnd::~PipeEnd() {
  if (is_readable()) buffer_->readers--;
  if (is_writable()) buffer_->writers--;
  buffer_->changed();
  if (buffer_->readers == 0 && buffer_->writers == 0) delete buffer_;
}

int64_t PipeEnd::read(uint64_t address, uint64_t bytes, uint64_t) {
  if (bytes == 0) return 0;
  while (buffer_->bytes() == 0) {
    if (buffer_->writers == 0) return 0;
    if (!is_blocking()) return kEagain;
    if (const int64_t error = wait_in(buffer_->waiters, *current_task(), kNoDeadline); error < 0) return error;
  }
  const int64_t result = buffer_->take(address, bytes);
  buffer_->changed();
  return result;
}

/// A short write is one that a signal has interrupted, or one to a pipe that does not block.
int64_t PipeEnd::write(uint64_t address, uint64_t bytes, uint64_t) {
  uint64_t done = 0;
  while (done < bytes) {
    if (buffer_->readers == 0) return done == 0 ? kEpipe : static_cast<int64_t>(done);
    const uint64_t left = bytes - done;
    const bool fits = bytes <= PipeBuffer::kAtomic ? buffer_->room() >= left : buffer_->room() > 0;
    if (!fits) {
      const int64_t error = is_blocking() ? wait_in(buffer_->waiters, *current_task(), kNoDeadline) : kEagain;
      if (error < 0) return done == 0 ? error : static_cast<int64_t>(done);
      continue;
    }
    const int64_t result = buffer_->put(address + done, left);
    if (result < 0) return done == 0 ? result : static_cast<int64_t>(done);
    done += static_cast<uint64_t>(result);
    buffer_->changed();
  }
  return static_cast<int64_t>(done);
}

int64_t PipeEnd::status(uint64_t address) {
  files::FileStatus status = {};
  status.device = 0xd;
  status.inode = buffer_->inode();
  status.links = 1;
  status.mode = kModeFifo | 0600u;
  status.block_size = static_cast<int64_t>(asx::kPageSize);
  status.access_seconds = status.modify_seconds = status.change_seconds = wall_nanoseconds() / 1'000'000'000;
  return write_out(address, status) ? 0 : kEfault;
}

int16_t PipeEnd::readiness() {
  int32_t events = 0;
  if (is_readable()) events |= (buffer_->bytes() > 0 ? kPollIn : 0) | (buffer_->writers == 0 ? kPollHangUp : 0);
  if (is_writable())
    events |= (buffer_->room() >= PipeBuffer::kAtomic ? kPollOut : 0) | (buffer_->readers == 0 ? kPollError : 0);
  return static_cast<int16_t>(events);
}

uint64_t PipeEnd::describe(char* text, uint64_t capacity) {
  TextWriter writer(text, capacity);
  writer.text("pipe:[").number(buffer_->inode()).text("]");
  return writer.length();
}

}  // namespace hop::personality
