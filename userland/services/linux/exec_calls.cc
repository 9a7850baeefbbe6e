// SPDX-License-Identifier: GPL-2.0-or-later
// execve: the calling thread makes the new program beside the old one, starts a thread in it, and ends.
#include <new>

#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/loader.h"
#include "userland/services/linux/paths.h"
#include "userland/services/linux/system_call.h"
#include "userland/services/linux/tasks.h"

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

/// What execve keeps and what it resets (execve(2)).
void reset_for_exec(Task& task) {
  task.descriptors.close_for_exec();
  task.fs_base = task.gs_base = 0;
  task.signals.alternate = {0, kStackDisabled, 0, 0};
  for (SignalAction& action : task.signals.actions)
    if (action.handler != kHandlerIgnore) action = {};
}

/// Text that belongs to a scope.
struct Text {
  char* bytes = new (std::nothrow) char[kTextMaximum];
  Text() = default;
  ~Text() { delete[] bytes; }
  Text(const Text&) = delete;
};

int64_t load_program(Task& task, const Arguments& a, Loaded& loaded) {
  PathArgument path;
  const auto here = static_cast<uint64_t>(kCurrentDirectory);
  if (const int64_t error = take_path(task, here, a[0], kMessagePath, path); error < 0) return error;
  const Text text;
  if (text.bytes == nullptr) return kEnomem;
  uint64_t place = 0;
  Program program = {path.text, {}, {}};
  if (const int64_t error = take_strings(a[1], text.bytes, place, program.arguments); error < 0) return error;
  if (const int64_t error = take_strings(a[2], text.bytes, place, program.environment); error < 0) return error;
  return load_program(task, program, loaded);
}

}  // namespace

int64_t sys_execve(Task& task, const Arguments& a) {
  Loaded loaded;
  if (const int64_t error = load_program(task, a, loaded); error < 0) return error;
  ProgramMemory& old_memory = *task.memory;
  const uint16_t old_thread = task.thread;
  reset_for_exec(task);
  if (start_loaded(task, loaded) < 0) {  // too late to go back
    loaded.memory->destroy();
    end_task(task, killed(kSigKill));
  }
  release_vfork_parent(task);
  end_replaced_thread(old_memory, old_thread);
}

}  // namespace hop::personality
