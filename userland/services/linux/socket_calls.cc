// SPDX-License-Identifier: GPL-2.0-or-later
// socketpair and what is done with the two ends; eventfd.
#include <new>

#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/event_file.h"
#include "userland/services/linux/socket_file.h"
#include "userland/services/linux/system_call.h"
#include "userland/services/linux/tasks.h"

namespace hop::personality {
namespace {

constexpr uint32_t kUnixFamily = 1, kStreamType = 1;
constexpr uint32_t kNoSignal = 0x4000, kDontWait = 0x40;  ///< of send and recv

/// A pipe's two ends. False: no memory.
bool make_ends(PipeEnd*& reader, PipeEnd*& writer) {
  reader = writer = nullptr;
  auto* buffer = new (std::nothrow) PipeBuffer(1);
  if (buffer == nullptr) return false;
  reader = new (std::nothrow) PipeEnd(kReadOnly, buffer);
  if (reader == nullptr) {
    delete buffer;
    return false;
  }
  writer = new (std::nothrow) PipeEnd(kWriteOnly, buffer);
  if (writer == nullptr) reader->release();
  return writer != nullptr;
}

/// Two sockets that are connected with each other. False: no memory.
bool make_pair(uint32_t flags, SocketEnd* (&pair)[2]) {
  PipeEnd *readers[2] = {}, *writers[2] = {};
  if (!make_ends(readers[0], writers[1])) return false;
  if (!make_ends(readers[1], writers[0])) {
    readers[0]->release();
    writers[1]->release();
    return false;
  }
  for (int i = 0; i < 2; i++) pair[i] = new (std::nothrow) SocketEnd(flags, readers[i], writers[i]);
  if (pair[0] != nullptr && pair[1] != nullptr) return true;
  for (int i = 0; i < 2; i++) {
    if (pair[i] != nullptr) {
      pair[i]->release();
    } else {
      readers[i]->release();
      writers[i]->release();
    }
  }
  return false;
}

int64_t find_socket(Task& task, uint64_t descriptor, SocketEnd*& socket) {
  OpenFile* file = task.descriptors.get(descriptor);
  if (file == nullptr) return kEbadf;
  socket = file->as_socket();
  return socket == nullptr ? kEnotsock : 0;
}

/// One transfer with MSG_DONTWAIT or not.
template <typename Transfer>
int64_t with_flags(SocketEnd& socket, uint32_t flags, Transfer transfer) {
  const uint32_t old = socket.flags();
  if ((flags & kDontWait) != 0) socket.set_flags(old | kNonBlocking);
  const int64_t result = transfer();
  socket.set_flags(old);
  return result;
}

}  // namespace

int64_t sys_socketpair(Task& task, const Arguments& a) {
  const uint32_t type = a.word(1) & ~(kNonBlocking | kCloseOnExec);
  if (a.word(0) != kUnixFamily) return kEafnosupport;
  if (type != kStreamType || a.word(2) != 0) return kEopnotsupp;
  SocketEnd* pair[2] = {};
  if (!make_pair(kReadWrite | (a.word(1) & kNonBlocking), pair)) return kEnomem;
  int32_t numbers[2] = {-1, -1};
  int64_t error = 0;
  for (int i = 0; i < 2; i++) {
    const int64_t number = error < 0 ? error : task.descriptors.install(pair[i], (a.word(1) & kCloseOnExec) != 0);
    if (number < 0) {
      error = number;
      pair[i]->release();
    }
    numbers[i] = static_cast<int32_t>(number);
  }
  if (error == 0 && !write_out(a[3], numbers)) error = kEfault;
  if (error == 0) return 0;
  for (const int32_t number : numbers)
    if (number >= 0) task.descriptors.close(static_cast<uint64_t>(number));
  return error;
}

int64_t sys_sendto(Task& task, const Arguments& a) {
  SocketEnd* socket = nullptr;
  if (const int64_t error = find_socket(task, a[0], socket); error < 0) return error;
  const uint64_t address = caller_address(a[1], a[2]);
  if (address == 0) return kEfault;
  const int64_t result = with_flags(*socket, a.word(3), [&] { return socket->write(address, a[2], 0); });
  const bool tells = result == kEpipe && (a.word(3) & kNoSignal) == 0;
  if (tells) raise_signal(task, kSigPipe, kCodeUser, static_cast<uint32_t>(task.id));
  return result;
}

int64_t sys_recvfrom(Task& task, const Arguments& a) {
  SocketEnd* socket = nullptr;
  if (const int64_t error = find_socket(task, a[0], socket); error < 0) return error;
  if ((a.word(3) & ~kDontWait) != 0) return kEopnotsupp;
  const uint64_t address = caller_address(a[1], a[2]);
  if (address == 0) return kEfault;
  return with_flags(*socket, a.word(3), [&] { return socket->read(address, a[2], 0); });
}

int64_t sys_shutdown(Task& task, const Arguments& a) {
  enum Which : uint32_t { kReading = 0, kWriting = 1, kBoth = 2 };
  SocketEnd* socket = nullptr;
  if (const int64_t error = find_socket(task, a[0], socket); error < 0) return error;
  if (a.word(1) > kBoth) return kEinval;
  if (a.word(1) != kWriting) socket->shut_reading();
  if (a.word(1) != kReading) socket->shut_writing();
  return 0;
}

int64_t sys_eventfd2(Task& task, const Arguments& a) {
  constexpr uint32_t kSemaphore = 1;
  if ((a.word(1) & ~(kSemaphore | kNonBlocking | kCloseOnExec)) != 0) return kEinval;
  auto* file =
      new (std::nothrow) EventFile(kReadWrite | (a.word(1) & kNonBlocking), a.word(0), (a.word(1) & kSemaphore) != 0);
  if (file == nullptr) return kEnomem;
  const int64_t number = task.descriptors.install(file, (a.word(1) & kCloseOnExec) != 0);
  if (number < 0) file->release();
  return number;
}

int64_t sys_eventfd(Task& task, const Arguments& a) {
  return sys_eventfd2(task, {{a[0], 0, 0, 0, 0, 0}});
}

}  // namespace hop::personality
