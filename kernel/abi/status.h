// SPDX-License-Identifier: GPL-2.0-or-later
// The one status type of kernel and services. Values are Linux errno numbers, so that the personality passes them on.
#pragma once
#include <cstdint>

namespace hop {

enum class Status : int64_t {
  Ok = 0,
  NotPermitted = -1,       // EPERM
  NotFound = -2,           // ENOENT
  Interrupted = -4,        // EINTR
  InputOutput = -5,        // EIO
  BadHandle = -9,          // EBADF
  TryAgain = -11,          // EAGAIN
  OutOfMemory = -12,       // ENOMEM
  AccessDenied = -13,      // EACCES
  BadAddress = -14,        // EFAULT
  Busy = -16,              // EBUSY
  Exists = -17,            // EEXIST
  CrossDevice = -18,       // EXDEV
  NotDirectory = -20,      // ENOTDIR
  IsDirectory = -21,       // EISDIR
  Invalid = -22,           // EINVAL
  TooManyFiles = -24,      // EMFILE
  NotTerminal = -25,       // ENOTTY
  FileTooBig = -27,        // EFBIG
  NoSpace = -28,           // ENOSPC
  IllegalSeek = -29,       // ESPIPE
  ReadOnly = -30,          // EROFS
  TooManyLinks = -31,      // EMLINK
  OutOfRange = -34,        // ERANGE
  NameTooLong = -36,       // ENAMETOOLONG
  NoSuchCall = -38,        // ENOSYS
  NotEmpty = -39,          // ENOTEMPTY
  SymbolicLinkLoop = -40,  // ELOOP
  TimedOut = -110,         // ETIMEDOUT
  ServerFault = -1000,     ///< the callee faulted; its frame was popped
  CallAborted = -1001,     ///< the call's deadline has passed; the callee goes on without its caller
  Alerted = -1002,         ///< somebody wants the thread to come back to where it began
};

}  // namespace hop
