// SPDX-License-Identifier: GPL-2.0-or-later
// Changes to the tree of names: mkdir, unlink, rename, link, symlink, mknod; the working directory.
#include <new>

#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/layout.h"
#include "userland/services/linux/paths.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/system_call.h"

namespace hop::personality {
namespace {

constexpr auto kHere = static_cast<uint64_t>(kCurrentDirectory);

int64_t make_directory(Task& task, uint64_t directory, uint64_t pointer, uint32_t mode) {
  PathArgument path;
  if (const int64_t error = take_path(task, directory, pointer, kMessagePath, path); error < 0) return error;
  constexpr uint32_t kDirectoryModes = 01777;
  const uint32_t permissions = mode & kDirectoryModes & ~task.file_mode_mask;
  return files_call(files::Operation::MakeDirectory, path.directory, path.address, permissions).value;
}

int64_t unlink_path(Task& task, uint64_t directory, uint64_t pointer, uint32_t flags) {
  if (flags & ~uint32_t{kAtRemoveDirectory}) return kEinval;
  PathArgument path;
  if (const int64_t error = take_path(task, directory, pointer, kMessagePath, path); error < 0) return error;
  const uint64_t files_flags = flags & kAtRemoveDirectory ? uint64_t{files::kRemoveDirectory} : 0;
  return files_call(files::Operation::Unlink, path.directory, path.address, files_flags).value;
}

/// The two paths of rename and link. Each has 4 KiB of its own, so they do not live in the callers' frames.
struct TwoPaths {
  PathArgument from, to;
  [[nodiscard]] int64_t take(Task& task, uint64_t from_directory, uint64_t from_pointer, uint64_t to_directory,
                             uint64_t to_pointer) {
    if (const int64_t error = take_path(task, from_directory, from_pointer, kMessagePath, from); error < 0)
      return error;
    return take_path(task, to_directory, to_pointer, kMessageSecondPath, to);
  }
};

int64_t rename_path(Task& task, uint64_t from_directory, uint64_t from, uint64_t to_directory, uint64_t to,
                    uint32_t flags) {
  if (flags & ~uint32_t{kRenameNoReplace | kRenameExchange | kRenameWhiteout}) return kEinval;
  if (flags & ~uint32_t{kRenameNoReplace}) return kEinval;
  TwoPaths paths;
  if (const int64_t error = paths.take(task, from_directory, from, to_directory, to); error < 0) return error;
  const uint64_t files_flags = flags & kRenameNoReplace ? uint64_t{files::kNoReplace} : 0;
  return files_call(files::Operation::Rename, paths.from.directory, paths.from.address, paths.to.directory,
                    paths.to.address, files_flags)
      .value;
}

int64_t link_path(Task& task, uint64_t from_directory, uint64_t from, uint64_t to_directory, uint64_t to,
                  uint32_t flags) {
  if (flags & ~uint32_t{kAtFollow | kAtEmptyPath}) return kEinval;
  TwoPaths paths;
  if (const int64_t error = paths.take(task, from_directory, from, to_directory, to); error < 0) return error;
  const uint64_t files_flags = flags & kAtFollow ? uint64_t{files::kFollow} : 0;
  return files_call(files::Operation::Link, paths.from.directory, paths.from.address, paths.to.directory,
                    paths.to.address, files_flags)
      .value;
}

int64_t make_symbolic_link(Task& task, uint64_t target, uint64_t directory, uint64_t pointer) {
  PathArgument path;
  const int64_t length = copy_in_string(path.text, target, kPathMaximum);
  if (length < 0) return length;
  if (length == 0) return kEnoent;
  const uint64_t target_address = caller_address(target, static_cast<uint64_t>(length) + 1);
  if (const int64_t error = take_path(task, directory, pointer, kMessagePath, path); error < 0) return error;
  return files_call(files::Operation::SymbolicLink, target_address, path.directory, path.address).value;
}

int64_t make_node(Task& task, uint64_t directory, uint64_t pointer, uint32_t mode, uint64_t rdev) {
  const uint32_t type = mode & kModeType;
  if (type == kModeDirectory) return kEperm;
  if (type != 0 && type != kModeRegular && type != kModeFifo && type != kModeCharacter) return kEinval;
  PathArgument path;
  if (const int64_t error = take_path(task, directory, pointer, kMessagePath, path); error < 0) return error;
  const uint32_t full_mode =
      (type == 0 ? uint32_t{kModeRegular} : type) | (mode & kModePermissions & ~task.file_mode_mask);
  return files_call(files::Operation::MakeNode, path.directory, path.address, full_mode, rdev).value;
}

/// Takes the handle over as the working directory.
int64_t enter_directory(Task& task, uint64_t handle) {
  auto* directory = new (std::nothrow) Directory{handle};
  if (directory == nullptr) {
    files_call(files::Operation::Close, handle);
    return kEnomem;
  }
  release_directory(task.directory);
  task.directory = directory;
  return 0;
}

}  // namespace

int64_t sys_mkdir(Task& task, const Arguments& a) {
  return make_directory(task, kHere, a[0], a.word(1));
}
int64_t sys_mkdirat(Task& task, const Arguments& a) {
  return make_directory(task, a[0], a[1], a.word(2));
}
int64_t sys_rmdir(Task& task, const Arguments& a) {
  return unlink_path(task, kHere, a[0], kAtRemoveDirectory);
}
int64_t sys_unlink(Task& task, const Arguments& a) {
  return unlink_path(task, kHere, a[0], 0);
}
int64_t sys_unlinkat(Task& task, const Arguments& a) {
  return unlink_path(task, a[0], a[1], a.word(2));
}
int64_t sys_rename(Task& task, const Arguments& a) {
  return rename_path(task, kHere, a[0], kHere, a[1], 0);
}
int64_t sys_renameat(Task& task, const Arguments& a) {
  return rename_path(task, a[0], a[1], a[2], a[3], 0);
}
int64_t sys_renameat2(Task& task, const Arguments& a) {
  return rename_path(task, a[0], a[1], a[2], a[3], a.word(4));
}
int64_t sys_link(Task& task, const Arguments& a) {
  return link_path(task, kHere, a[0], kHere, a[1], 0);
}
int64_t sys_linkat(Task& task, const Arguments& a) {
  return link_path(task, a[0], a[1], a[2], a[3], a.word(4));
}
int64_t sys_symlink(Task& task, const Arguments& a) {
  return make_symbolic_link(task, a[0], kHere, a[1]);
}
int64_t sys_symlinkat(Task& task, const Arguments& a) {
  return make_symbolic_link(task, a[0], a[1], a[2]);
}
int64_t sys_mknod(Task& task, const Arguments& a) {
  return make_node(task, kHere, a[0], a.word(1), a.word(2));
}
int64_t sys_mknodat(Task& task, const Arguments& a) {
  return make_node(task, a[0], a[1], a.word(2), a.word(3));
}

int64_t sys_chdir(Task& task, const Arguments& a) {
  PathArgument path;
  if (const int64_t error = take_path(task, kHere, a[0], kMessagePath, path); error < 0) return error;
  const Answer answer = files_call(files::Operation::Open, path.directory, path.address, files::kOpenDirectory, 0);
  return answer.value < 0 ? answer.value : enter_directory(task, static_cast<uint64_t>(answer.value));
}

int64_t sys_fchdir(Task& task, const Arguments& a) {
  OpenFile* file = task.descriptors.get(a[0]);
  if (file == nullptr) return kEbadf;
  if (!file->is_directory()) return kEnotdir;
  const Answer answer = files_call(files::Operation::Duplicate, file->handle());
  return answer.value < 0 ? answer.value : enter_directory(task, static_cast<uint64_t>(answer.value));
}

int64_t sys_getcwd(Task& task, const Arguments& a) {
  const Answer answer = files_call(files::Operation::Path, task.directory->handle, kMessagePath, kPathMaximum - 1);
  if (answer.value < 0) return answer.value;
  char text[kPathMaximum];
  const auto length = static_cast<uint64_t>(answer.value);
  if (length >= kPathMaximum || !copy_in(text, kMessagePath, length)) return kEnametoolong;
  text[length] = 0;
  if (a[1] < length + 1) return kErange;
  return copy_out(a[0], text, length + 1) ? static_cast<int64_t>(length + 1) : kEfault;
}

int64_t sys_umask(Task& task, const Arguments& a) {
  const uint32_t old = task.file_mode_mask;
  task.file_mode_mask = a.word(0) & 0777;
  return old;
}

}  // namespace hop::personality
