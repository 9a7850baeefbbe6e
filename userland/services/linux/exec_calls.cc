// SPDX-License-Identifier: GPL-2.0-or-later
// execve: the calling thread ends, and this service's first thread starts the new program in the same task.
#include <new>

#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/paths.h"
#include "userland/services/linux/program_file.h"
#include "userland/services/linux/system_call.h"

namespace hop::personality {
namespace {

constexpr uint64_t kTextMaximum = 0x100000;  ///< arguments and environment together
constexpr uint32_t kStringMaximum = 0x4000;

/// Copies the strings of a null-terminated pointer array behind each other; moves `place` on.
int64_t take_strings(uint64_t pointer, char* text, uint64_t& place, StringList& list) {
  list = {text + place, 0, 0};
  const uint64_t start = place;
  for (uint64_t i = 0; pointer != 0; i++) {
    uint64_t string = 0;
    if (!read_in(pointer + i * sizeof(string), string)) return kEfault;
    if (string == 0) break;
    if (list.count == kStringMaximum) return kE2big;
    const int64_t length = copy_in_string(text + place, string, kTextMaximum - place);
    if (length == kEnametoolong) return kE2big;
    if (length < 0) return length;
    place += static_cast<uint64_t>(length) + 1;
    list.count++;
  }
  list.bytes = place - start;
  return 0;
}

int64_t check_program(Task& task, const char* path) {
  ProgramFile file(task);
  return file.open(path);
}

}  // namespace

int64_t sys_execve(Task& task, const Arguments& a) {
  PathArgument path;
  if (const int64_t error = take_path(task, static_cast<uint64_t>(kCurrentDirectory), a[0], kMessagePath, path);
      error < 0)
    return error;
  if (const int64_t error = check_program(task, path.text); error < 0) return error;
  ExecRequest& request = task.exec;
  request.text = new (std::nothrow) char[kTextMaximum];
  if (request.text == nullptr) return kEnomem;
  uint64_t place = 0;
  int64_t error = take_strings(a[1], request.text, place, request.arguments);
  if (error == 0) error = take_strings(a[2], request.text, place, request.environment);
  if (error < 0) {
    delete[] request.text;
    request.text = nullptr;
    return error;
  }
  for (uint64_t i = 0; i <= path.length; i++) request.file[i] = path.text[i];
  request.is_pending = true;
  end_task(task, 0);
}

}  // namespace hop::personality
