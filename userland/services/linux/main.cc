// SPDX-License-Identifier: GPL-2.0-or-later
// The Linux personality: serves the syscall instruction of unmodified static programs. Its first thread runs the
// commands one after the other; every program's thread comes in by the syscall gate.
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
#include "userland/services/linux/services.h"
#include "userland/services/linux/text.h"
#include "userland/services/linux/trace.h"

extern "C" {
extern char __executable_start[];
void linux_syscall_entry();
void linux_syscall_entry_keeping();
void linux_fault_entry();
void linux_start_entry();
}

namespace hop::personality {
namespace {

constexpr uint64_t kModuleDistance = 0x500'0000'0000;  ///< from the image's base to the module "commands"
constexpr int32_t kCannotRun = 126, kNotFound = 127;   ///< exit statuses, as shells give them

Task the_task;

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
  if (answer.value >= 0) task.directory = static_cast<uint64_t>(answer.value);
  return answer.value;
}

/// Gives the task the state a new program finds; spaces come with the program.
int64_t prepare(Task& task, const Command& command) {
  task.signals = {};
  task.file_mode_mask = 022;
  task.fs_base = task.gs_base = 0;
  task.personality_flags = 0;
  task.exit_status = 0;
  task.start_ticks = clock_ticks();
  set_default_limits(task);
  open_console_lines(task);
  return enter_directory(task, command.directory);
}

/// What execve keeps and what it resets (execve(2)).
void reset_for_exec(Task& task) {
  task.descriptors.close_for_exec();
  task.fs_base = task.gs_base = 0;
  task.signals.alternate = {0, kStackDisabled, 0, 0};
  for (SignalAction& action : task.signals.actions)
    if (action.handler != kHandlerIgnore) action = {};
}

void wait_for_end(Task& task) {
  kernel_call(Call::event_wait, task.end_event, kNoDeadline);
  kernel_call(
      Call::thread_yield);  // the ending thread is on its last instructions: it goes before its stack space does
  kernel_call(Call::list_remove, kSelf, task.image_gate);
  task.memory.destroy();
}

/// Runs a program and what it replaces itself with. Returns the exit status.
int32_t run(Task& task, const Command& command, const PersonalityGates& gates) {
  int64_t error = start_program(task, {command.file, command.arguments, command.environment}, gates);
  while (error == 0) {
    wait_for_end(task);
    if (!task.exec.is_pending) return task.exit_status;
    reset_for_exec(task);
    task.exec.is_pending = false;
    error = start_program(task, {task.exec.file, task.exec.arguments, task.exec.environment}, gates);
    delete[] task.exec.text;
    task.exec.text = nullptr;
  }
  return error == kEnoent ? kNotFound : kCannotRun;
}

int32_t run_command(Task& task, const Command& command, const PersonalityGates& gates) {
  int32_t status = kCannotRun;
  if (prepare(task, command) >= 0)
    status = run(task, command, gates);
  else
    LogLine() << "linux: no directory " << command.directory;
  task.descriptors.close_all();
  files_call(files::Operation::Close, task.directory);
  return status;
}

int32_t run_commands(int64_t module, const PersonalityGates& gates) {
  const uint64_t offset = reinterpret_cast<uint64_t>(__executable_start) + kModuleDistance;
  const auto number = static_cast<uint64_t>(module);
  if (kernel_call(Call::module_map, kSelf, offset, number, kProtectRead) < 0) panic("linux: cannot map the commands");
  CommandReader reader(reinterpret_cast<const char*>(offset), kernel::info(SystemInfo::ModuleSize, number));
  Command command;
  int32_t status = 0;
  while (reader.next(command)) status = run_command(the_task, command, gates);
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

PersonalityGates make_gates(Task& task) {
  constexpr unsigned kStacks = 8;
  constexpr uint64_t kStackSize = 0x10000;
  const auto parameter = reinterpret_cast<uint64_t>(&task);
  if (add_stacks(kStacks, kStackSize) != Status::Ok) panic("linux: no stacks");
  const bool is_keeping = is_variant(asx::kVariantSavesNone);
  const Reply syscall = make_gate(is_keeping ? linux_syscall_entry_keeping : linux_syscall_entry, parameter);
  const Reply fault = make_gate(linux_fault_entry, parameter);
  const Reply start = make_gate(linux_start_entry, parameter);
  const int64_t event = kernel_call(Call::event_create);
  if (syscall.is_error() || fault.is_error() || start.is_error() || event < 0) panic("linux: no gates");
  task.end_event = static_cast<uint16_t>(event);
  return {static_cast<uint16_t>(syscall.value), static_cast<uint16_t>(fault.value), static_cast<uint16_t>(start.value)};
}

uint16_t find_service(const char* name) {
  const Reply gate = find_gate(name, true);
  if (gate.is_error()) panic("linux: a service is missing");
  return static_cast<uint16_t>(gate.value);
}

}  // namespace

void end_task(Task& task, int32_t status) {
  task.exit_status = status;
  if (!task.exec.is_pending) trace_end(status);
  kernel_call(Call::event_signal, task.end_event);
  kernel_call(Call::thread_exit);
  __builtin_trap();
}

/// The program popped the frame by which it was entered: for Linux, an instruction that is none.
extern "C" void linux_returned(Task* task) {
  LogLine() << "linux: " << task->name << " executed gret without a gate call to return from";
  end_task(*task, 128 + static_cast<int32_t>(kSigIllegal));
}

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
  const int32_t status = run_commands(commands, make_gates(the_task));
  trace_absent_calls();
  console_call(console::Operation::Flush, 0);
  console_call(console::Operation::Flush, 1);
  kernel::machine_exit(static_cast<uint64_t>(status));
  return 0;
}
