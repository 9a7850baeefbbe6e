// SPDX-License-Identifier: GPL-2.0-or-later
// files: a tree of files in memory, unpacked from the boot module "root". Registered as "files".
#pragma once
#include <cstddef>
#include <cstdint>

namespace hop::files {

/// RAX. Arguments in RDI RSI RDX R10 R8 R9, in the order written. Paths are NUL-terminated, paths and buffers are
/// pointers into the stack half; a bad one is BadAddress. "dir" is a handle of a directory, or kRootDirectory; an
/// absolute path ignores it. Handles are small numbers from 0 and belong to the client: the code space that calls,
/// which the service knows from the secure stack. Everybody uses the one gate that is registered, and sees the same
/// files. Results: a value >= 0 or a Status, and a second one in RDX. No permission is checked: there is one user,
/// root. A read or write whose buffer ends too early moves what it can.
enum class Operation : uint64_t {
  Open = 0,           ///< dir, path, flags (kOpen...), mode -> handle; RDX = mode of the file | rdev << 32
  Close = 1,          ///< handle
  Read = 2,           ///< handle, offset, buffer, length -> bytes (0 at the end)
  Write = 3,          ///< handle, offset, buffer, length -> bytes; offset ~0 = at the end. Holes read as zero
  Truncate = 4,       ///< handle, length
  Status = 5,         ///< handle, buffer (FileStatus)
  StatusAt = 6,       ///< dir, path, buffer, flags (kNoFollow)
  ReadDirectory = 7,  ///< handle, cookie (0 = start), buffer, length -> bytes of DirectoryEntry; RDX = next cookie.
                      ///< Order: by creation, "." and ".." first
  MakeDirectory = 8,  ///< dir, path, mode
  Unlink = 9,         ///< dir, path, flags (kRemoveDirectory)
  Rename = 10,        ///< dir, path, new dir, new path, flags (kNoReplace)
  Link = 11,          ///< dir, path, new dir, new path, flags (kFollow)
  SymbolicLink = 12,  ///< target, dir, path
  ReadLink = 13,      ///< dir, path, buffer, length -> bytes, no NUL
  ChangeMode = 14,    ///< dir or handle, path (0 = the handle itself), mode, flags (kNoFollow)
  ChangeOwner = 15,   ///< dir or handle, path or 0, uid, gid (~0 = keep), flags
  SetTimes = 16,  ///< dir or handle, path or 0, access time ns, modification time ns (Unix; kTimeNow, kTimeKeep), flags
  Path = 17,      ///< handle, buffer, length -> bytes of its absolute path without NUL; NotFound if unlinked
  FileSystem = 18,  ///< buffer (FileSystemStatus)
  MakeNode = 19,    ///< dir, path, mode (S_IFREG, S_IFIFO, S_IFCHR), rdev
  Duplicate = 20,   ///< handle -> another handle of the same node
};

constexpr uint64_t kRootDirectory = ~uint64_t{0};

enum OpenFlag : uint64_t {
  kOpenCreate = 1,
  kOpenExclusive = 2,
  kOpenTruncate = 4,
  kOpenDirectory = 8,
  kOpenNoFollow = 16,
  kOpenWrite = 32
};
enum PathFlag : uint64_t { kNoFollow = 1, kFollow = 2, kRemoveDirectory = 4, kNoReplace = 8 };
constexpr uint64_t kTimeNow = ~uint64_t{0};
constexpr uint64_t kTimeKeep = ~uint64_t{0} - 1;

/// As Linux's struct stat on x86-64, so that it can be written to a program's memory directly.
struct FileStatus {
  uint64_t device, inode, links;
  uint32_t mode, uid, gid, padding0;
  uint64_t rdev;
  int64_t size, block_size, blocks;  ///< blocks of 512 bytes; a file occupies whole pages of 4096
  uint64_t access_seconds, access_nanoseconds, modify_seconds, modify_nanoseconds, change_seconds, change_nanoseconds;
  int64_t reserved[3];
};
static_assert(sizeof(FileStatus) == 144);

/// As Linux's struct linux_dirent64.
struct DirectoryEntry {
  uint64_t inode;
  int64_t cookie;  ///< of the entry after this one
  uint16_t record_length;
  uint8_t type;  ///< DT_*
  char name[1];  ///< NUL-terminated
};

struct FileSystemStatus {
  uint64_t block_size, blocks, free_blocks, files;
};

}  // namespace hop::files
