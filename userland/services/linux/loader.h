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

/// What runs it needs of this service: selectors of its own code half.
struct PersonalityGates {
  uint16_t syscall = 0, fault = 0, start = 0;
};

/// Makes the task's spaces, fills them and starts the thread. On an error one line in the log says what was wrong, and
/// the spaces are gone. Only on this service's first thread, whose stack space it borrows for the copying.
[[nodiscard]] int64_t start_program(Task& task, const Program& program, const PersonalityGates& gates);

}  // namespace hop::personality
