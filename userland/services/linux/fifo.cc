// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/fifo.h"

#include <new>

#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/layout.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/task.h"

namespace hop::personality {
namespace {

class NamedPipe;
NamedPipe* named_pipes = nullptr;

/// Known by the inode of its name.
class NamedPipe : public PipeBuffer {
 public:
  explicit NamedPipe(uint64_t inode) : PipeBuffer(inode), next_(named_pipes) { named_pipes = this; }
  ~NamedPipe() override {
    NamedPipe** place = &named_pipes;
    while (*place != this) place = &(*place)->next_;
    *place = next_;
  }
  [[nodiscard]] static NamedPipe* find(uint64_t inode) {
    NamedPipe* pipe = named_pipes;
    while (pipe != nullptr && pipe->inode() != inode) pipe = pipe->next_;
    return pipe;
  }

  uint64_t readers_until_now = 0, writers_until_now = 0;

 private:
  NamedPipe* next_;
};

class FifoEnd : public PipeEnd {
 public:
  FifoEnd(uint32_t flags, NamedPipe* pipe, uint64_t handle) : PipeEnd(flags, pipe), handle_(handle) {}
  ~FifoEnd() override {
    if (handle_ != kNoHandle) files_call(files::Operation::Close, handle_);
  }
  int64_t status(uint64_t address) override { return files_call(files::Operation::Status, handle_, address).value; }
  [[nodiscard]] uint64_t handle() const override { return handle_; }
  uint64_t describe(char*, uint64_t) override { return 0; }
  void give_up_handle() { handle_ = kNoHandle; }

 private:
  uint64_t handle_;
};

/// Until the count of those who have opened the other end changes, if there is nobody.
int64_t wait_for_other(Task& task, NamedPipe& pipe, const uint32_t& others, const uint64_t& until_now) {
  const uint64_t seen = until_now;
  while (others == 0 && until_now == seen) {
    if (const int64_t error = wait_in(pipe.waiters, task, kNoDeadline); error < 0) return error;
  }
  return 0;
}

}  // namespace

int64_t open_fifo(Task& task, uint64_t handle, uint32_t flags, OpenFile*& file) {
  files::FileStatus status;
  if (const int64_t error = files_call(files::Operation::Status, handle, kMessageStatus).value; error < 0) return error;
  if (!read_in(kMessageStatus, status)) return kEfault;
  NamedPipe* pipe = NamedPipe::find(status.inode);
  const uint32_t access = flags & kAccessMode;
  const bool waits = (flags & kNonBlocking) == 0;
  if (access == kWriteOnly && !waits && (pipe == nullptr || pipe->readers == 0)) return kEnxio;
  const bool is_new = pipe == nullptr;
  if (is_new) pipe = new (std::nothrow) NamedPipe(status.inode);
  auto* end = pipe == nullptr ? nullptr : new (std::nothrow) FifoEnd(flags, pipe, handle);
  if (end == nullptr) {
    if (is_new) delete pipe;
    return kEnomem;
  }
  if (end->is_readable()) pipe->readers_until_now++;
  if (end->is_writable()) pipe->writers_until_now++;
  pipe->changed();
  int64_t error = 0;
  if (waits && access == kReadOnly) error = wait_for_other(task, *pipe, pipe->writers, pipe->writers_until_now);
  if (waits && access == kWriteOnly) error = wait_for_other(task, *pipe, pipe->readers, pipe->readers_until_now);
  if (error < 0) {
    end->give_up_handle();
    end->release();
    return error;
  }
  file = end;
  return 0;
}

}  // namespace hop::personality
