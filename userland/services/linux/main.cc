// SPDX-License-Identifier: GPL-2.0-or-later
// The Linux personality: serves the syscall instruction of unmodified static programs. Its first thread runs the
// commands one after the other, lets alarms ring and clears away what ended tasks leave; every program's thread comes
// in by the syscall gate.
#include "isa-ext/abi/boot.h"
#include "userland/runtime/gate.h"
#include "userland/runtime/kernel.h"
#include "userland/runtime/log.h"
#include "userland/runtime/program.h"
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/character_files.h"
#include "userland/services/linux/commands.h"
#include "userland/services/linux/device_nodes.h"
#include "userland/services/linux/loader.h"
#include "userland/services/linux/random.h"
#include "userland/services/linux/service_lock.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/tasks.h"
#include "userland/services/linux/text.h"
#include "userland/services/linux/trace.h"

extern "C" {
extern char __executable_start[];
}

namespace hop::personality {
namespace {

constexpr uint64_t kModuleDistance = 0x500'0000'0000;  ///< from the image's base to the module "commands"
constexpr int32_t kCannotRun = 126, kNotFound = 127;   ///< exit statuses, as shells give them

/// The module's number; -1 if there is none.
int64_t find_module(const char* name) {
  const uint64_t count = system_information(SystemInfo::Modules);
  for (uint64_t number = 0; number < count; number++) {
    const uint64_t word = kernel::info(SystemInfo::ModuleName, number);
    char text[9] = {};
    for (unsigned i = 0; i < 8; i++) text[i] = static_cast<char>(word >> (8 * i));
    if (text_equal(text, name)) return static_cast<int64_t>(number);
  }
  return -1;
}

void open_console_lines(Task& task) {
  const uint64_t terminals = system_information(SystemInfo::ConsoleTerminals);
  for (uint32_t number = 0; number < 3; number++) {
    const uint32_t line = number == 2 ? 1 : 0;
    const uint32_t one_way = number == 0 ? kReadOnly : kWriteOnly;
    auto* file = new ConsoleFile((terminals >> line) & 1 ? uint32_t{kReadWrite} : one_way, line);
    static_cast<void>(task.descriptors.install(file, false));
  }
}

void set_default_limits(Task& task) {
  for (ResourceLimit& limit : task.limits) limit = {kInfinity, kInfinity};
  task.limits[kLimitStack] = {kStackBytes, kInfinity};
  task.limits[kLimitCore] = {0, kInfinity};
  task.limits[kLimitFiles] = {FdTable::kMaximum, FdTable::kMaximum};
  task.limits[kLimitLocked] = {0x800000, 0x800000};
  task.limits[kLimitNice] = task.limits[kLimitRealtime] = {0, 0};
  task.descriptors.set_limit(FdTable::kMaximum);
}

int64_t enter_directory(Task& task, const char* path) {
  if (!copy_out(kMessagePath, path, text_length(path) + 1)) return kEfault;
  const Answer answer =
      files_call(files::Operation::Open, files::kRootDirectory, kMessagePath, files::kOpenDirectory, 0);
  if (answer.value >= 0) task.directory = new Directory{static_cast<uint64_t>(answer.value)};
  return answer.value;
}

/// The first task of a command: in a session and a group of its own.
Task* make_first_task(const Command& command) {
  Task* task = make_task();
  if (task == nullptr) panic("linux: no memory for a task");
  task->group = task->session = task->id;
  set_default_limits(*task);
  open_console_lines(*task);
  if (enter_directory(*task, command.directory) >= 0) return task;
  LogLine() << "linux: no directory " << command.directory;
  task->descriptors.close_all();
  free_task(*task);
  return nullptr;
}

/// With the lock held but for the waiting: lets alarms ring and clears away, until all of it is done.
template <typename Done>
void keep_house(Done is_done) {
  for (;;) {
    clear_away();
    const uint64_t next = ring_alarms();
    if (is_done()) return;
    const Unlocked unlocked;
    kernel_call(Call::event_wait, house_event(), next);
  }
}

/// Runs a program and what comes of it. Returns the exit status; other tasks end with the first one.
int32_t run(Task& task, const Command& command) {
  Loaded loaded;
  const int64_t error = load_program(task, {command.file, command.arguments, command.environment}, loaded);
  if (error < 0 || start_loaded(task, loaded) < 0) {
    if (error == 0) loaded.memory->destroy();
    return error == kEnoent ? kNotFound : kCannotRun;
  }
  keep_house([&task] { return task.state == TaskState::Zombie; });
  const int32_t status = shell_status(task.wait_status);
  kill_all();
  keep_house([] { return !are_threads_left(); });
  return status;
}

int32_t run_command(const Command& command) {
  lock_service(nullptr);
  int32_t status = kCannotRun;
  if (Task* const task = make_first_task(command); task != nullptr) {
    status = run(*task, command);
    task->descriptors.close_all();
    free_task(*task);
  }
  unlock_service();
  return status;
}

int32_t run_commands(int64_t module) {
  const uint64_t offset = reinterpret_cast<uint64_t>(__executable_start) + kModuleDistance;
  const auto number = static_cast<uint64_t>(module);
  if (kernel_call(Call::module_map, kSelf, offset, number, kProtectRead) < 0) panic("linux: cannot map the commands");
  CommandReader reader(reinterpret_cast<const char*>(offset), kernel::info(SystemInfo::ModuleSize, number));
  Command command;
  int32_t status = 0;
  while (reader.next(command)) status = run_command(command);
  if (reader.is_damaged()) panic("linux: the module of commands is damaged");
  return status;
}

/// A message space for this first thread, under the same name that programs' threads have for theirs.
void make_message_space() {
  static Area message;
  const uint64_t index = asx::Selector{kMessageSpace}.index(asx::kDefaultSelectorBits);
  const bool made =
      message.create(asx::kSpaceStack, 1, "linux.msg", kMessageSpace) &&
      message.map(kMessageOffset, kMessageBytes, kProtectRead | kProtectWrite) == 0 &&
      kernel_call(Call::list_insert, kSelfStack, index, message.space(), kRightRead | kRightWrite) == kMessageSpace;
  if (!made) panic("linux: no message space");
}

/// Stacks for the watch of the console, and for calls while the first task is made.
void make_house() {
  constexpr unsigned kStacks = 2;
  constexpr uint64_t kStackSize = 0x10000;
  if (add_stacks(kStacks, kStackSize) != Status::Ok) panic("linux: no stacks");
  const int64_t event = kernel_call(Call::event_create);
  if (event < 0 || !start_console_watch()) panic("linux: no memory");
  set_house_event(static_cast<uint16_t>(event));
}

uint16_t find_service(const char* name) {
  const Reply gate = find_gate(name, true);
  if (gate.is_error()) panic("linux: a service is missing");
  return static_cast<uint16_t>(gate.value);
}

}  // namespace

}  // namespace hop::personality

extern "C" int hop_main() {
  using namespace hop;
  using namespace hop::personality;
  const int64_t commands = find_module(asx::kCommandsModule);
  if (commands < 0 || kernel::info(SystemInfo::ModuleSize, static_cast<uint64_t>(commands)) == 0) return 0;
  set_gates(find_service("files"), find_service("console"));
  machine_random().seed(system_information(SystemInfo::RandomSeed));
  set_tracing((system_information(SystemInfo::BootFlags) & asx::kBootLinuxTrace) != 0);
  make_message_space();
  make_device_nodes();
  make_house();
  const int32_t status = run_commands(commands);
  trace_absent_calls();
  console_call(console::Operation::Flush, 0);
  console_call(console::Operation::Flush, 1);
  kernel::machine_exit(static_cast<uint64_t>(status));
  return 0;
}
