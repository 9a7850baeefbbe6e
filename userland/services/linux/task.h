// SPDX-License-Identifier: GPL-2.0-or-later
// The record of a running program: bookkeeping for what Linux calls a process. The machine and the kernel know of none.
#pragma once
#include <cstdint>

#include "userland/services/linux/abi/file.h"
#include "userland/services/linux/abi/time.h"
#include "userland/services/linux/commands.h"
#include "userland/services/linux/fd_table.h"
#include "userland/services/linux/program_memory.h"
#include "userland/services/linux/signals.h"

namespace hop::personality {

constexpr int64_t kProcessId = 1000, kParentId = 1;

/// A program that execve asks for. Owns its text.
struct ExecRequest {
  char* text = nullptr;  ///< arguments, then environment, as in StringList
  StringList arguments, environment;
  char file[kPathMaximum] = {};
  bool is_pending = false;
};

struct Task {
  ProgramMemory memory;
  FdTable descriptors;
  SignalState signals;
  SavedRegisters* saved = nullptr;  ///< of the call that is being served

  uint64_t directory = ~uint64_t{0};  ///< handle of the working directory in the files service
  uint32_t file_mode_mask = 022;
  ResourceLimit limits[kResourceCount] = {};
  char program_path[kPathMaximum] = {};  ///< absolute, for /proc/self/exe
  char name[16] = {};                    ///< prctl(PR_SET_NAME)
  uint64_t fs_base = 0, gs_base = 0;
  uint64_t personality_flags = 0;
  uint64_t start_ticks = 0;

  ExecRequest exec;
  uint16_t image_gate = 0;  ///< by which its thread entered the image
  uint16_t end_event = 0;   ///< signalled when its thread has ended
  int32_t exit_status = 0;
};

/// Ends the calling thread and with it the task. status: as hop reports it, 0-255.
[[noreturn]] void end_task(Task& task, int32_t status);

}  // namespace hop::personality
