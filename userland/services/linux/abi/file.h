// SPDX-License-Identifier: GPL-2.0-or-later
// Linux's constants and structures about files, x86-64 (uapi/asm-generic/fcntl.h, uapi/linux/stat.h, asm/termbits.h).
#pragma once
#include <cstdint>

namespace hop::personality {

enum OpenFlags : uint32_t {
  kAccessMode = 3,
  kReadOnly = 0,
  kWriteOnly = 1,
  kReadWrite = 2,
  kCreate = 0100,
  kExclusive = 0200,
  kNoControllingTerminal = 0400,
  kTruncate = 01000,
  kAppend = 02000,
  kNonBlocking = 04000,
  kDataSync = 010000,
  kAsynchronous = 020000,
  kDirect = 040000,
  kLargeFile = 0100000,
  kDirectoryOnly = 0200000,
  kNoFollowLinks = 0400000,
  kNoAccessTime = 01000000,
  kCloseOnExec = 02000000,
  kSync = 04010000,
  kPathOnly = 010000000,
  kTemporaryFile = 020200000,
};
/// What F_SETFL may change.
constexpr uint32_t kSettableFlags = kAppend | kNonBlocking | kAsynchronous | kDirect | kNoAccessTime;

constexpr int32_t kCurrentDirectory = -100;  // AT_FDCWD
enum AtFlags : uint32_t {
  kAtNoFollow = 0x100,
  kAtRemoveDirectory = 0x200,
  kAtEffectiveAccess = 0x200,
  kAtFollow = 0x400,
  kAtNoAutomount = 0x800,
  kAtEmptyPath = 0x1000,
  kAtSyncMask = 0x6000,
};

enum FileMode : uint32_t {
  kModeType = 0170000,
  kModeSocket = 0140000,
  kModeLink = 0120000,
  kModeRegular = 0100000,
  kModeBlock = 0060000,
  kModeDirectory = 0040000,
  kModeCharacter = 0020000,
  kModeFifo = 0010000,
  kModePermissions = 07777,
};

enum SeekOrigin : uint64_t { kSeekSet = 0, kSeekCurrent = 1, kSeekEnd = 2, kSeekData = 3, kSeekHole = 4 };

enum RenameFlags : uint32_t { kRenameNoReplace = 1, kRenameExchange = 2, kRenameWhiteout = 4 };

constexpr uint64_t kPathMaximum = 4096;  ///< PATH_MAX, NUL included
constexpr uint64_t kIoVectorMaximum = 1024;
constexpr uint64_t kTransferMaximum = 0x7ffff000;  ///< MAX_RW_COUNT

struct IoVector {
  uint64_t base, length;
};

/// fcntl commands.
enum FileControl : uint64_t {
  kDuplicate = 0,
  kGetDescriptorFlags = 1,
  kSetDescriptorFlags = 2,
  kGetStatusFlags = 3,
  kSetStatusFlags = 4,
  kGetLock = 5,
  kSetLock = 6,
  kSetLockWait = 7,
  kSetOwner = 8,
  kGetOwner = 9,
  kGetOpenLock = 36,
  kSetOpenLock = 37,
  kSetOpenLockWait = 38,
  kDuplicateCloseOnExec = 1030,
  kSetPipeSize = 1031,
  kGetPipeSize = 1032,
};
constexpr uint64_t kDescriptorCloseOnExec = 1;

struct FileLock {
  int16_t type, whence;
  int32_t padding0;
  int64_t start, length;
  int32_t process, padding1;
};
constexpr int16_t kUnlocked = 2;  // F_UNLCK

/// makedev() as the kernel's struct stat has it: 8 bits of minor, 12 of major, the rest of the minor above.
[[nodiscard]] constexpr uint64_t make_device(uint32_t major, uint32_t minor) {
  return (minor & 0xff) | (uint64_t{major & 0xfff} << 8) | (uint64_t{minor & ~0xffu} << 12);
}
[[nodiscard]] constexpr uint32_t device_major(uint64_t device) {
  return (device >> 8) & 0xfff;
}
[[nodiscard]] constexpr uint32_t device_minor(uint64_t device) {
  return (device & 0xff) | ((device >> 12) & ~0xffu);
}

struct StatxTime {
  int64_t seconds;
  uint32_t nanoseconds;
  int32_t padding;
};
struct Statx {
  uint32_t mask, block_size;
  uint64_t attributes;
  uint32_t links, uid, gid;
  uint16_t mode, padding0;
  uint64_t inode, size, blocks, attributes_mask;
  StatxTime access, birth, change, modify;
  uint32_t rdev_major, rdev_minor, device_major, device_minor;
  uint64_t mount_id;
  uint32_t direct_memory_align, direct_offset_align;
  uint64_t spare[12];
};
static_assert(sizeof(Statx) == 256);
constexpr uint32_t kStatxBasic = 0x7ff;

struct StatFs {
  int64_t type, block_size;
  uint64_t blocks, free_blocks, available_blocks, files, free_files;
  int32_t id[2];
  int64_t name_length, fragment_size, flags, spare[4];
};
static_assert(sizeof(StatFs) == 120);
constexpr int64_t kTemporaryFileSystem = 0x01021994;  // TMPFS_MAGIC

/// The old getdents record; its type byte is the last byte of the record.
struct OldDirectoryEntry {
  uint64_t inode, offset;
  uint16_t record_length;
  char name[1];
};

struct PollEntry {
  int32_t descriptor;
  int16_t events, returned;
};
enum PollEvents : int16_t {
  kPollIn = 1,
  kPollPriority = 2,
  kPollOut = 4,
  kPollError = 8,
  kPollHangUp = 0x10,
  kPollInvalid = 0x20
};

/// struct termios of the kernel (not of a C library).
struct Termios {
  uint32_t input, output, control, local;
  uint8_t line, characters[19];
};
static_assert(sizeof(Termios) == 36);

struct WindowSize {
  uint16_t rows, columns, width, height;
};

enum IoControl : uint64_t {
  kGetTermios = 0x5401,
  kSetTermios = 0x5402,
  kSetTermiosWait = 0x5403,
  kSetTermiosFlush = 0x5404,
  kFlushTerminal = 0x540b,
  kSetControllingTerminal = 0x540e,
  kGetProcessGroup = 0x540f,
  kSetProcessGroup = 0x5410,
  kGetWindowSize = 0x5413,
  kSetWindowSize = 0x5414,
  kBytesReadable = 0x541b,   // FIONREAD
  kSetNonBlocking = 0x5421,  // FIONBIO
  kClearCloseOnExec = 0x5450,
  kSetCloseOnExec = 0x5451,
};

}  // namespace hop::personality
