// SPDX-License-Identifier: GPL-2.0-or-later
// All tasks: how they begin and end, and who waits for whom. All of it under the service's lock (service_lock.h).
#pragma once
#include "userland/services/linux/task.h"

namespace hop::personality {

/// Tasks that may be alive at once: each may need two of the service's stacks.
constexpr uint32_t kMostTasks = 60;
constexpr int32_t kInitId = 1;  ///< the parent of those that have none here

/// A task with a number of its own and no program. Null: no memory, or too many.
[[nodiscard]] Task* make_task();
/// What a fork's child has of its parent, but for the memory.
void inherit(Task& child, Task& parent);
/// Takes the record away, and its place in the tree; its program has none of its spaces any more.
void free_task(Task& task);

[[nodiscard]] Task* find_task(int32_t id);
[[nodiscard]] Task* first_task();
[[nodiscard]] uint32_t count_tasks();

/// Starts a thread in the program of the memory, which becomes the task's.
[[nodiscard]] int64_t start_thread(Task& task, ProgramMemory& memory, uint64_t entry, uint64_t rsp, uint64_t fs_base);

/// The calling thread is the task's: the task is over, with the status that wait4 gives. Releases the lock.
[[noreturn]] void end_task(Task& task, int32_t wait_status);
/// The calling thread was the task's, which has gone on with another one. Releases the lock.
[[noreturn]] void end_replaced_thread(ProgramMemory& memory, uint16_t thread);

[[nodiscard]] constexpr int32_t exited(int32_t code) {
  return (code & 0xff) << 8;
}
[[nodiscard]] constexpr int32_t killed(uint32_t signal) {
  return static_cast<int32_t>(signal);
}
/// 0-255, as shells and hop report it.
[[nodiscard]] constexpr int32_t shell_status(int32_t wait_status) {
  return (wait_status & 0x7f) != 0 ? 128 + (wait_status & 0x7f) : wait_status >> 8 & 0xff;
}

/// Tells the parent: a signal, and whoever waits.
void tell_parent(Task& task);
/// A task waits no longer for its vfork's child.
void release_vfork_parent(Task& child);

/// The event that this service's first thread waits for: threads end, alarms are set.
void set_house_event(uint16_t event);
[[nodiscard]] uint16_t house_event();
/// Gives back the spaces of threads that have ended; a task whose thread has ended without a call is over, too.
void clear_away();
/// When the next alarm is due, or kNoAlarm; and lets those that are due ring.
[[nodiscard]] uint64_t ring_alarms();
/// Ends all tasks. They are gone when clear_away has seen their threads end.
void kill_all();
/// Whether threads are still to be cleared away.
[[nodiscard]] bool are_threads_left();

}  // namespace hop::personality
