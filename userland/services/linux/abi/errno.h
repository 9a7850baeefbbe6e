// SPDX-License-Identifier: GPL-2.0-or-later
// Linux error numbers, negated as system calls return them (uapi/asm-generic/errno.h).
#pragma once
#include <cstdint>

namespace hop::personality {

constexpr int64_t kEperm = -1, kEnoent = -2, kEsrch = -3, kEintr = -4, kEio = -5, kE2big = -7, kEnoexec = -8,
                  kEbadf = -9;
constexpr int64_t kEchild = -10, kEagain = -11, kEnomem = -12, kEacces = -13, kEfault = -14, kEexist = -17,
                  kEnodev = -19;
constexpr int64_t kEnotdir = -20, kEisdir = -21, kEinval = -22, kEmfile = -24, kEnotty = -25, kEfbig = -27,
                  kEnospc = -28;
constexpr int64_t kEspipe = -29, kErofs = -30, kEpipe = -32, kErange = -34, kEdeadlk = -35, kEnametoolong = -36;
constexpr int64_t kEnosys = -38, kEloop = -40, kEnxio = -6, kEoverflow = -75, kEnotsock = -88, kEopnotsupp = -95;
constexpr int64_t kEafnosupport = -97, kEtimedout = -110, kEnodata = -61;

/// Not an errno: a signal has interrupted the call, which goes on afterwards if the signal's action says so, or if
/// there is none; else the program sees EINTR. A program never sees this one (Linux has the same number in its kernel).
constexpr int64_t kErestartsys = -512;

/// The last value of RAX that is an error: results are compared with it as unsigned numbers.
constexpr int64_t kLastErrno = -4095;

[[nodiscard]] constexpr bool is_error(int64_t result) {
  return result < 0 && result >= kLastErrno;
}

}  // namespace hop::personality
