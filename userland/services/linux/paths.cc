// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/paths.h"

#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/proc_text.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/text.h"

namespace hop::personality {
namespace {

/// A decimal number that is the whole text; -1 if it is none.
int64_t whole_number(const char* text) {
  int64_t value = 0;
  if (*text == 0) return -1;
  for (; *text != 0; text++) {
    if (*text < '0' || *text > '9' || value > 0xffff) return -1;
    value = value * 10 + (*text - '0');
  }
  return value;
}

/// What follows /proc/self/ or the task's own /proc/NUMBER/; null for other paths.
const char* after_proc_self(const Task& task, const char* text) {
  const char* rest = text_after(text, "/proc/self/");
  if (rest == nullptr) rest = text_after(text, "/proc/thread-self/");
  if (rest != nullptr) return rest;
  char own[32] = {};
  TextWriter(own, sizeof own - 1).text("/proc/").number(static_cast<uint64_t>(task.id)).character('/');
  return text_after(text, own);
}

int64_t descriptor_in(const Task& task, const char* text) {
  if (text_equal(text, "/dev/stdin")) return 0;
  if (text_equal(text, "/dev/stdout")) return 1;
  if (text_equal(text, "/dev/stderr")) return 2;
  const char* rest = text_after(text, "/dev/fd/");
  if (rest == nullptr) {
    rest = after_proc_self(task, text);
    if (rest != nullptr) rest = text_after(rest, "fd/");
  }
  return rest == nullptr ? -1 : whole_number(rest);
}

void classify(Task& task, uint64_t message, PathArgument& path) {
  if (path.text[0] != '/') return;
  if (const int64_t descriptor = descriptor_in(task, path.text); descriptor >= 0) {
    path.kind = PathKind::Descriptor;
    path.descriptor = static_cast<uint32_t>(descriptor);
    return;
  }
  const char* rest = after_proc_self(task, path.text);
  if (rest != nullptr && text_equal(rest, "exe")) {
    path.length = text_length(task.program_path);
    for (uint64_t i = 0; i <= path.length; i++) path.text[i] = task.program_path[i];
    path.kind = copy_out(message, path.text, path.length + 1) ? PathKind::Program : PathKind::Plain;
    path.address = message;
    return;
  }
  if (proc_text_number(path.text) >= 0) path.kind = PathKind::Information;
}

}  // namespace

int64_t take_path(Task& task, uint64_t directory_descriptor, uint64_t pointer, uint64_t message, PathArgument& path) {
  const int64_t length = copy_in_string(path.text, pointer, kPathMaximum);
  if (length < 0) return length;
  if (length == 0) return kEnoent;
  path.kind = PathKind::Plain;
  path.length = static_cast<uint64_t>(length);
  path.address = caller_address(pointer, path.length + 1);
  path.directory = files::kRootDirectory;
  if (path.text[0] != '/') {
    if (static_cast<int32_t>(directory_descriptor) == kCurrentDirectory) {
      path.directory = task.directory->handle;
    } else {
      OpenFile* file = task.descriptors.get(directory_descriptor);
      if (file == nullptr) return kEbadf;
      if (!file->is_directory()) return kEnotdir;
      path.directory = file->handle();
    }
  }
  classify(task, message, path);
  return 0;
}

bool is_empty_path(uint64_t pointer) {
  char first = 1;
  return copy_in(&first, pointer, 1) && first == 0;
}

int64_t describe_descriptor(Task& task, uint64_t descriptor, char* text, uint64_t capacity) {
  OpenFile* file = task.descriptors.get(descriptor);
  if (file == nullptr) return kEnoent;
  if (const uint64_t length = file->describe(text, capacity); length > 0) return static_cast<int64_t>(length);
  const Answer answer = files_call(files::Operation::Path, file->handle(), kMessagePath, kPathMaximum);
  if (answer.value < 0) return answer.value;
  const uint64_t length =
      static_cast<uint64_t>(answer.value) < capacity ? static_cast<uint64_t>(answer.value) : capacity;
  return copy_in(text, kMessagePath, length) ? static_cast<int64_t>(length) : kEfault;
}

}  // namespace hop::personality
