// SPDX-License-Identifier: GPL-2.0-or-later
// The record of a task: bookkeeping for what Linux calls a process. The machine and the kernel know of none.
#pragma once
#include <cstdint>

#include "userland/services/linux/abi/file.h"
#include "userland/services/linux/abi/time.h"
#include "userland/services/linux/commands.h"
#include "userland/services/linux/directory.h"
#include "userland/services/linux/fd_table.h"
#include "userland/services/linux/program_memory.h"
#include "userland/services/linux/signals.h"
#include "userland/services/linux/waiting.h"

namespace hop::personality {

enum class TaskState : uint8_t {
  Running,  ///< or waiting in a call
  Stopped,  ///< by a signal
  Zombie    ///< it has ended; its parent has not asked yet how
};

/// The registers with which a new task continues behind its parent's call.
struct ResumePoint {
  SignalRegisters registers = {};
  VectorState vectors = {};
  bool is_pending = false;
};

struct Task {
  ProgramMemory* memory = nullptr;  ///< null: a zombie
  FdTable descriptors;
  SignalState signals;
  SavedRegisters* saved = nullptr;  ///< of the call that is being served

  int32_t id = 0, group = 0, session = 0;
  TaskState state = TaskState::Running;
  Task* parent = nullptr;  ///< null: nobody waits for it, but for the command's first task this service itself
  Task *first_child = nullptr, *next_sibling = nullptr;
  Task* next = nullptr;         ///< in the list of all tasks (tasks.h)
  WaitQueue children;           ///< woken when a child changes its state
  int32_t wait_status = 0;      ///< as wait4 gives it; of a zombie, or of a stop or continuation not yet told
  bool is_news = false;         ///< a stop or continuation that the parent has not been told
  Task* released_by = nullptr;  ///< a vfork's child, until which executes another program or ends it waits
  ResumePoint resume;
  bool is_in_call = false;  ///< a call of its is being served: it looks at its signals before it goes on

  Directory* directory = nullptr;  ///< the working directory, shared by reference
  uint32_t file_mode_mask = 022;
  ResourceLimit limits[kResourceCount] = {};
  char program_path[kPathMaximum] = {};  ///< absolute, for /proc/self/exe
  char name[16] = {};                    ///< prctl(PR_SET_NAME)
  uint64_t fs_base = 0, gs_base = 0;
  uint64_t personality_flags = 0;
  uint64_t start_ticks = 0;
  uint64_t alarm_ticks = kNoAlarm, alarm_interval = 0;  ///< ITIMER_REAL: the clock value, and ticks between two

  uint16_t thread = 0;      ///< its thread, with control; 0: none
  uint16_t wake_event = 0;  ///< signalled when something it waits for may have happened

  static constexpr uint64_t kNoAlarm = ~uint64_t{0};
};

}  // namespace hop::personality
