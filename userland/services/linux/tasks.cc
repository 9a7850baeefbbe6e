// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/tasks.h"

#include <new>

#include "isa-ext/abi/structures.h"
#include "userland/runtime/gate.h"
#include "userland/runtime/log.h"
#include "userland/services/linux/service_lock.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/trace.h"

namespace hop::personality {
namespace {

constexpr int32_t kFirstId = 1000, kLastId = 32767;  ///< the last one as Linux's pid_max is by default
constexpr uint64_t kStackSize = 0x10000;

/// A thread that ends, and the spaces that can go when it has.
struct Leftover {
  uint16_t thread;
  ProgramMemory* memory;
  Leftover* next;
};

constinit Task* all_tasks = nullptr;
constinit Leftover* leftovers = nullptr;
constinit int32_t last_id = kFirstId - 1;
constinit uint16_t house = 0;
constinit uint32_t stacks_for = 0;  ///< tasks for which there are stacks

/// The kernel knows a thread that has ended by no call any more.
bool has_ended(uint16_t thread) {
  return kernel_call(Call::thread_notify, thread, house) == static_cast<int64_t>(Status::NotFound);
}

void clear_away(ProgramMemory* memory, uint16_t thread) {
  kernel_call(Call::list_remove, kSelf, thread);
  if (memory != nullptr) memory->destroy();
}

void leave_behind(ProgramMemory* memory, uint16_t thread) {
  leftovers = new Leftover{thread, memory, leftovers};
}

bool ensure_stacks() {
  const uint32_t tasks = count_tasks();
  if (tasks < stacks_for) return true;
  if (add_stacks(2, kStackSize) != Status::Ok) return false;
  stacks_for++;
  return true;
}

int32_t next_id() {
  do {
    last_id = last_id == kLastId ? kFirstId : last_id + 1;
  } while (find_task(last_id) != nullptr);
  return last_id;
}

void unlink_from_parent(Task& task) {
  if (task.parent == nullptr) return;
  Task** place = &task.parent->first_child;
  while (*place != &task) place = &(*place)->next_sibling;
  *place = task.next_sibling;
  task.parent = nullptr;
}

/// Its children are nobody's; those that have ended are forgotten.
void abandon_children(Task& task) {
  while (Task* const child = task.first_child) {
    unlink_from_parent(*child);
    if (child->state == TaskState::Zombie) free_task(*child);
  }
}

bool is_never_waited_for(const Task& parent) {
  const SignalAction& action = parent.signals.actions[kSigChild];
  return action.handler == kHandlerIgnore || (action.flags & kActionNoChildWait) != 0;
}

/// Everything that ends with a task but its thread and its spaces.
void close_task(Task& task, int32_t wait_status) {
  trace_end(task, shell_status(wait_status));
  task.descriptors.close_all();
  release_directory(task.directory);
  task.directory = nullptr;
  release_vfork_parent(task);
  abandon_children(task);
  task.state = TaskState::Zombie;
  task.wait_status = wait_status;
  task.alarm_ticks = Task::kNoAlarm;
  leave_behind(task.memory, task.thread);
  task.memory = nullptr;
  task.thread = 0;
  if (task.parent == nullptr) {
    if (&task != first_task()) free_task(task);
    return;
  }
  tell_parent(task);
  if (is_never_waited_for(*task.parent)) free_task(task);
}

}  // namespace

Task* make_task() {
  if (count_tasks() >= kMostTasks || !ensure_stacks()) return nullptr;
  auto* task = new (std::nothrow) Task;
  if (task == nullptr) return nullptr;
  const int64_t event = kernel_call(Call::event_create);
  if (event < 0) {
    delete task;
    return nullptr;
  }
  task->wake_event = static_cast<uint16_t>(event);
  task->id = next_id();
  task->start_ticks = clock_ticks();
  Task** last = &all_tasks;
  while (*last != nullptr) last = &(*last)->next;
  *last = task;
  return task;
}

void inherit(Task& child, Task& parent) {
  child.descriptors.copy_from(parent.descriptors);
  child.signals = parent.signals;
  child.signals.pending = 0;
  child.signals.has_mask_after = false;
  child.group = parent.group;
  child.session = parent.session;
  child.directory = parent.directory;
  child.directory->references++;
  child.file_mode_mask = parent.file_mode_mask;
  for (uint32_t i = 0; i < kResourceCount; i++) child.limits[i] = parent.limits[i];
  for (uint64_t i = 0; i < kPathMaximum; i++) child.program_path[i] = parent.program_path[i];
  for (uint64_t i = 0; i < sizeof child.name; i++) child.name[i] = parent.name[i];
  child.fs_base = parent.fs_base;
  child.gs_base = parent.gs_base;
  child.personality_flags = parent.personality_flags;
  child.parent = &parent;
  child.next_sibling = parent.first_child;
  parent.first_child = &child;
}

void free_task(Task& task) {
  unlink_from_parent(task);
  release_directory(task.directory);
  kernel_call(Call::list_remove, kSelf, task.wake_event);
  Task** place = &all_tasks;
  while (*place != &task) place = &(*place)->next;
  *place = task.next;
  delete &task;
}

Task* find_task(int32_t id) {
  Task* task = all_tasks;
  while (task != nullptr && task->id != id) task = task->next;
  return task;
}

Task* first_task() {
  return all_tasks;
}

uint32_t count_tasks() {
  uint32_t count = 0;
  for (const Task* task = all_tasks; task != nullptr; task = task->next) count++;
  return count;
}

int64_t start_thread(Task& task, ProgramMemory& memory, uint64_t entry, uint64_t rsp, uint64_t fs_base) {
  constexpr auto kKeep = static_cast<uint64_t>(asx::StackPolicy::Keep);
  const int64_t gate = kernel_call(Call::gate_create, memory.image.space(), entry, 0, kKeep, 0);
  if (gate < 0) return gate;
  memory.user = &task;  // the thread may call before this function goes on
  const int64_t thread =
      kernel_call(Call::thread_create, static_cast<uint64_t>(gate), memory.stack.space(), rsp, fs_base, 0, 0);
  kernel_call(Call::list_remove, kSelf, static_cast<uint64_t>(gate));
  if (thread < 0) return thread;
  task.thread = static_cast<uint16_t>(thread);
  task.memory = &memory;
  kernel_call(Call::thread_notify, task.thread, house);
  return 0;
}

void tell_parent(Task& task) {
  if (task.parent == nullptr) return;
  raise_signal(*task.parent, kSigChild, kCodeExited, static_cast<uint32_t>(task.id));
  task.parent->children.wake();
}

void release_vfork_parent(Task& child) {
  Task* const parent = child.parent;
  if (parent == nullptr || parent->released_by != &child) return;
  parent->released_by = nullptr;
  wake_task(*parent);
}

void end_task(Task& task, int32_t wait_status) {
  close_task(task, wait_status);
  unlock_service();
  kernel_call(Call::thread_exit);
  __builtin_trap();
}

void end_replaced_thread(ProgramMemory& memory, uint16_t thread) {
  leave_behind(&memory, thread);
  unlock_service();
  kernel_call(Call::thread_exit);
  __builtin_trap();
}

void set_house_event(uint16_t event) {
  house = event;
}

uint16_t house_event() {
  return house;
}

void clear_away() {
  for (Task* task = all_tasks; task != nullptr;) {
    if (task->thread == 0 || !has_ended(task->thread)) {
      task = task->next;
      continue;
    }
    uint32_t signal = task->signals.fatal;
    if (signal == 0) {
      LogLine() << "linux: " << task->name << " executed gret without a gate call to return from";
      signal = kSigIllegal;
    }
    close_task(*task, killed(signal));
    task = all_tasks;  // it may have been forgotten, and others with it
  }
  for (Leftover** place = &leftovers; *place != nullptr;) {
    Leftover* const left = *place;
    if (!has_ended(left->thread)) {
      place = &left->next;
      continue;
    }
    *place = left->next;
    clear_away(left->memory, left->thread);
    delete left;
  }
}

uint64_t ring_alarms() {
  uint64_t first = Task::kNoAlarm;
  for (Task* task = all_tasks; task != nullptr; task = task->next) {
    if (task->alarm_ticks <= clock_ticks()) {
      task->alarm_ticks = task->alarm_interval == 0 ? Task::kNoAlarm : task->alarm_ticks + task->alarm_interval;
      raise_signal(*task, kSigAlarm, kCodeKernel, 0);
    }
    if (task->alarm_ticks < first) first = task->alarm_ticks;
  }
  return first;
}

void kill_all() {
  for (Task* task = all_tasks; task != nullptr; task = task->next) {
    if (task->state != TaskState::Zombie) raise_signal(*task, kSigKill, kCodeUser, 0);
  }
}

bool are_threads_left() {
  for (const Task* task = all_tasks; task != nullptr; task = task->next) {
    if (task->thread != 0) return true;
  }
  return leftovers != nullptr;
}

}  // namespace hop::personality
