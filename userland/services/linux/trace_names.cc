// SPDX-License-Identifier: GPL-2.0-or-later
// Names for the numbers in a trace.
#include "userland/services/linux/abi/file.h"
#include "userland/services/linux/abi/memory.h"
#include "userland/services/linux/trace.h"

namespace hop::personality {
namespace {

struct Name {
  uint64_t value;
  const char* text;
};

constexpr Name kErrors[] = {
    {1, "EPERM"},       {2, "ENOENT"},        {3, "ESRCH"},     {4, "EINTR"},       {5, "EIO"},
    {6, "ENXIO"},       {7, "E2BIG"},         {8, "ENOEXEC"},   {9, "EBADF"},       {10, "ECHILD"},
    {11, "EAGAIN"},     {12, "ENOMEM"},       {13, "EACCES"},   {14, "EFAULT"},     {16, "EBUSY"},
    {17, "EEXIST"},     {18, "EXDEV"},        {19, "ENODEV"},   {20, "ENOTDIR"},    {21, "EISDIR"},
    {22, "EINVAL"},     {24, "EMFILE"},       {25, "ENOTTY"},   {27, "EFBIG"},      {28, "ENOSPC"},
    {29, "ESPIPE"},     {30, "EROFS"},        {31, "EMLINK"},   {32, "EPIPE"},      {34, "ERANGE"},
    {35, "EDEADLK"},    {36, "ENAMETOOLONG"}, {38, "ENOSYS"},   {39, "ENOTEMPTY"},  {40, "ELOOP"},
    {61, "ENODATA"},    {75, "EOVERFLOW"},    {88, "ENOTSOCK"}, {95, "EOPNOTSUPP"}, {97, "EAFNOSUPPORT"},
    {110, "ETIMEDOUT"},
};
constexpr Name kOpenFlags[] = {
    {kCreate, "O_CREAT"},
    {kExclusive, "O_EXCL"},
    {kNoControllingTerminal, "O_NOCTTY"},
    {kTruncate, "O_TRUNC"},
    {kAppend, "O_APPEND"},
    {kNonBlocking, "O_NONBLOCK"},
    {kSync, "O_SYNC"},
    {kDataSync, "O_DSYNC"},
    {kLargeFile, "O_LARGEFILE"},
    {kTemporaryFile, "O_TMPFILE"},
    {kDirectoryOnly, "O_DIRECTORY"},
    {kNoFollowLinks, "O_NOFOLLOW"},
    {kNoAccessTime, "O_NOATIME"},
    {kCloseOnExec, "O_CLOEXEC"},
    {kPathOnly, "O_PATH"},
};
constexpr Name kProtections[] = {{kProtRead, "PROT_READ"}, {kProtWrite, "PROT_WRITE"}, {kProtExecute, "PROT_EXEC"}};
constexpr Name kMapFlags[] = {
    {kMapSharedValidate, "MAP_SHARED_VALIDATE"},
    {kMapShared, "MAP_SHARED"},
    {kMapPrivate, "MAP_PRIVATE"},
    {kMapFixed, "MAP_FIXED"},
    {kMapAnonymous, "MAP_ANONYMOUS"},
    {kMap32Bit, "MAP_32BIT"},
    {kMapFixedNoReplace, "MAP_FIXED_NOREPLACE"},
    {kMapGrowsDown, "MAP_GROWSDOWN"},
    {0x4000, "MAP_NORESERVE"},
    {0x20000, "MAP_STACK"},
    {kMapHugeTable, "MAP_HUGETLB"},
    {0x8000, "MAP_POPULATE"},
};
constexpr Name kAtFlags[] = {
    {kAtNoFollow, "AT_SYMLINK_NOFOLLOW"}, {kAtRemoveDirectory, "AT_REMOVEDIR"}, {kAtFollow, "AT_SYMLINK_FOLLOW"},
    {kAtNoAutomount, "AT_NO_AUTOMOUNT"},  {kAtEmptyPath, "AT_EMPTY_PATH"},
};
constexpr Name kOrigins[] = {{0, "SEEK_SET"}, {1, "SEEK_CUR"}, {2, "SEEK_END"}, {3, "SEEK_DATA"}, {4, "SEEK_HOLE"}};
constexpr Name kSignals[] = {
    {1, "SIGHUP"},   {2, "SIGINT"},   {3, "SIGQUIT"},  {4, "SIGILL"},   {5, "SIGTRAP"},   {6, "SIGABRT"},
    {7, "SIGBUS"},   {8, "SIGFPE"},   {9, "SIGKILL"},  {10, "SIGUSR1"}, {11, "SIGSEGV"},  {12, "SIGUSR2"},
    {13, "SIGPIPE"}, {14, "SIGALRM"}, {15, "SIGTERM"}, {17, "SIGCHLD"}, {18, "SIGCONT"},  {19, "SIGSTOP"},
    {20, "SIGTSTP"}, {21, "SIGTTIN"}, {22, "SIGTTOU"}, {23, "SIGURG"},  {28, "SIGWINCH"},
};
constexpr Name kClocks[] = {
    {0, "CLOCK_REALTIME"},          {1, "CLOCK_MONOTONIC"},     {2, "CLOCK_PROCESS_CPUTIME_ID"},
    {3, "CLOCK_THREAD_CPUTIME_ID"}, {4, "CLOCK_MONOTONIC_RAW"}, {5, "CLOCK_REALTIME_COARSE"},
    {6, "CLOCK_MONOTONIC_COARSE"},  {7, "CLOCK_BOOTTIME"},
};
constexpr Name kFileCommands[] = {
    {0, "F_DUPFD"},         {1, "F_GETFD"},         {2, "F_SETFD"},
    {3, "F_GETFL"},         {4, "F_SETFL"},         {5, "F_GETLK"},
    {6, "F_SETLK"},         {7, "F_SETLKW"},        {1030, "F_DUPFD_CLOEXEC"},
    {1031, "F_SETPIPE_SZ"}, {1032, "F_GETPIPE_SZ"},
};
constexpr Name kIoCommands[] = {
    {0x5401, "TCGETS"},    {0x5402, "TCSETS"},    {0x5403, "TCSETSW"},    {0x5404, "TCSETSF"},
    {0x540f, "TIOCGPGRP"}, {0x5410, "TIOCSPGRP"}, {0x5413, "TIOCGWINSZ"}, {0x5414, "TIOCSWINSZ"},
    {0x541b, "FIONREAD"},  {0x5421, "FIONBIO"},   {0x5450, "FIONCLEX"},   {0x5451, "FIOCLEX"},
};
constexpr Name kArchCommands[] = {
    {0x1001, "ARCH_SET_GS"}, {0x1002, "ARCH_SET_FS"}, {0x1003, "ARCH_GET_FS"}, {0x1004, "ARCH_GET_GS"}};
constexpr Name kFutexOperations[] = {
    {0, "FUTEX_WAIT"},
    {1, "FUTEX_WAKE"},
    {128, "FUTEX_WAIT_PRIVATE"},
    {129, "FUTEX_WAKE_PRIVATE"},
    {0x189, "FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME"},
};
constexpr Name kResources[] = {
    {0, "RLIMIT_CPU"},   {1, "RLIMIT_FSIZE"},  {2, "RLIMIT_DATA"},    {3, "RLIMIT_STACK"}, {4, "RLIMIT_CORE"},
    {6, "RLIMIT_NPROC"}, {7, "RLIMIT_NOFILE"}, {8, "RLIMIT_MEMLOCK"}, {9, "RLIMIT_AS"},
};

template <unsigned kCount>
const char* find(const Name (&names)[kCount], uint64_t value) {
  for (const Name& name : names)
    if (name.value == value) return name.text;
  return nullptr;
}

template <unsigned kCount>
bool write_name(TextWriter& out, const Name (&names)[kCount], uint64_t value) {
  const char* text = find(names, value);
  if (text != nullptr)
    out.text(text);
  else
    out.hexadecimal(value);
  return true;
}

/// Names of the bits that are set, joined by |; unnamed ones as a number. `empty` stands for none at all.
template <unsigned kCount>
bool write_set(TextWriter& out, const Name (&names)[kCount], uint64_t value, const char* empty) {
  if (value == 0) out.text(empty);
  bool is_first = true;
  for (const Name& name : names) {
    if (name.value == 0 || (value & name.value) != name.value) continue;
    if (!is_first) out.character('|');
    out.text(name.text);
    value &= ~name.value;
    is_first = false;
  }
  if (value != 0) {
    if (!is_first) out.character('|');
    out.hexadecimal(value);
  }
  return true;
}

bool write_open_flags(TextWriter& out, uint64_t value) {
  constexpr const char* kModes[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"};
  out.text(kModes[value & kAccessMode]);
  const uint64_t rest = value & 0xffffffff & ~uint64_t{kAccessMode};
  if (rest == 0) return true;
  out.character('|');
  return write_set(out, kOpenFlags, rest, "");
}

}  // namespace

const char* errno_name(int64_t error) {
  return find(kErrors, static_cast<uint64_t>(-error));
}

bool write_flags(TextWriter& out, ArgumentKind kind, uint64_t value) {
  switch (kind) {
    case ArgumentKind::Integer:
      out.integer(static_cast<int64_t>(value) == static_cast<int32_t>(value) ? static_cast<int64_t>(value)
                  : value >> 32 == 0                                         ? static_cast<int32_t>(value)
                                                                             : static_cast<int64_t>(value));
      return true;
    case ArgumentKind::Unsigned:
      out.number(value);
      return true;
    case ArgumentKind::Hexadecimal:
      out.hexadecimal(value);
      return true;
    case ArgumentKind::Descriptor:
      out.integer(static_cast<int32_t>(value));
      return true;
    case ArgumentKind::DirectoryDescriptor:
      if (static_cast<int32_t>(value) == kCurrentDirectory)
        out.text("AT_FDCWD");
      else
        out.integer(static_cast<int32_t>(value));
      return true;
    case ArgumentKind::OpenFlags:
      return write_open_flags(out, value);
    case ArgumentKind::Mode:
      out.octal(value & 0xffffffff);
      return true;
    case ArgumentKind::Protection:
      return write_set(out, kProtections, value, "PROT_NONE");
    case ArgumentKind::MapFlags:
      return write_set(out, kMapFlags, value, "0");
    case ArgumentKind::AtFlags:
      return write_set(out, kAtFlags, value & 0xffffffff, "0");
    case ArgumentKind::Origin:
      return write_name(out, kOrigins, value);
    case ArgumentKind::Signal:
      return write_name(out, kSignals, value);
    case ArgumentKind::Clock:
      return write_name(out, kClocks, value);
    case ArgumentKind::FileCommand:
      return write_name(out, kFileCommands, value);
    case ArgumentKind::IoCommand:
      return write_name(out, kIoCommands, value);
    case ArgumentKind::ArchCommand:
      return write_name(out, kArchCommands, value);
    case ArgumentKind::FutexOperation:
      return write_name(out, kFutexOperations, value);
    case ArgumentKind::Resource:
      return write_name(out, kResources, value);
    default:
      return false;
  }
}

}  // namespace hop::personality
