// SPDX-License-Identifier: GPL-2.0-or-later
// From a file to a thread that runs it.
#pragma once
#include <cstdint>

#include "userland/services/linux/task.h"

namespace hop::personality {

/// What is to be run.
struct Program {
  const char* file;
  StringList arguments, environment;
};

/// A program that is ready to run: its spaces, and where its first thread begins.
struct Loaded {
  ProgramMemory* memory = nullptr;
  uint64_t entry = 0, rsp = 0;
  char name[16] = {};            ///< for reports and prctl
  char path[kPathMaximum] = {};  ///< for /proc/self/exe
};

/// Makes spaces for the program and fills them. Paths are the task's. On an error the spaces are gone, and what this
/// service itself wanted to run is named in the log.
[[nodiscard]] int64_t load_program(Task& task, const Program& program, Loaded& loaded);
/// Makes it the task's program, and starts its thread.
[[nodiscard]] int64_t start_loaded(Task& task, const Loaded& loaded);

}  // namespace hop::personality
