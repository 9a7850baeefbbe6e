// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/loader.h"

#include <new>

#include "userland/runtime/log.h"
#include "userland/runtime/memory.h"
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/program_cache.h"
#include "userland/services/linux/program_file.h"
#include "userland/services/linux/random.h"
#include "userland/services/linux/service_lock.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/tasks.h"
#include "userland/services/linux/text.h"
#include "userland/services/linux/trace.h"

namespace hop::personality {
namespace {

constexpr uint64_t kReadWrite = kProtectRead | kProtectWrite;
constexpr unsigned kMostInterpreters = 4;

/// The stack space of this thread: a program's, or this service's first one.
uint16_t own_stack() {
  const Task* task = current_task();
  return task == nullptr ? kSelfStack : task->memory->stack.space();
}

/// A second name for a space in this thread's stack half, while it lives: so that files can read straight into it.
class Borrowed {
 public:
  explicit Borrowed(const Area& area)
      : selector_(kernel_call(Call::list_insert, own_stack(), 0, area.space(), kRightRead | kRightWrite)) {}
  ~Borrowed() {
    if (is_valid()) kernel_call(Call::list_remove, own_stack(), static_cast<uint64_t>(selector_));
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  [[nodiscard]] bool is_valid() const { return selector_ >= 0; }
  [[nodiscard]] uint64_t address(uint64_t offset) const { return address_in(static_cast<uint16_t>(selector_), offset); }

 private:
  int64_t selector_;
};

int64_t read_fully(uint64_t handle, uint64_t offset, uint64_t address, uint64_t bytes) {
  for (uint64_t done = 0; done < bytes;) {
    const int64_t result =
        files_call(files::Operation::Read, handle, offset + done, address + done, bytes - done).value;
    if (result < 0) return result;
    if (result == 0) return kEio;
    done += static_cast<uint64_t>(result);
  }
  return 0;
}

int64_t load_segments(ProgramMemory& memory, const ProgramFile& file) {
  Area& image = memory.image;
  if (const Area* known = find_image(file.status()); known != nullptr) return image.copy_from(*known) ? 0 : kEnomem;
  const Borrowed borrowed(image);
  if (!borrowed.is_valid()) return kEnomem;
  for (uint32_t i = 0; i < file.plan().segment_count; i++) {
    const ElfSegmentPlan& segment = file.plan().segments[i];
    const uint64_t bytes = segment.end - segment.start;
    if (const int64_t error = image.map(segment.start, bytes, kReadWrite); error < 0) return error;
    const int64_t read =
        read_fully(file.handle(), segment.file_offset, borrowed.address(segment.start), segment.file_bytes);
    if (read < 0) return read;
    if (segment.protection == kReadWrite) continue;
    if (const int64_t error = image.protect(segment.start, bytes, segment.protection); error < 0) return error;
  }
  remember_image(file.status(), image);
  return 0;
}

/// CPUID.1:EDX, as Linux gives it in AT_HWCAP. The machine's CPUID offers only what the engine has.
uint64_t hardware_capabilities() {
  uint32_t eax = 1, ebx = 0, ecx = 0, edx = 0;
  asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
  return edx;
}

/// Maps the stack and writes its first contents; rsp is the program's first RSP.
int64_t make_stack(ProgramMemory& memory, const Program& program, const ElfPlan& plan, uint64_t& rsp) {
  Area& stack = memory.stack;
  if (const int64_t error = stack.map(kStackTop - kStackBytes, kStackBytes, kReadWrite); error < 0) return error;
  StartStack start;
  start.arguments = program.arguments;
  start.environment = program.environment;
  start.file_name = program.file;
  start.entry = plan.entry;
  start.headers_address = plan.headers_address;
  start.header_count = plan.header_count;
  start.hardware = hardware_capabilities();
  start.random[0] = machine_random().next();
  start.random[1] = machine_random().next();

  const uint64_t bytes = start_stack_bytes(start);
  if (bytes > kStackBytes / 4) return kE2big;
  auto* buffer = new (std::nothrow) std::byte[bytes];
  if (buffer == nullptr) return kEnomem;
  const Borrowed borrowed(stack);
  const uint64_t offset = kStackTop - bytes;
  rsp = write_start_stack(start, buffer, bytes, stack.program_address(offset));
  const bool copied = borrowed.is_valid() && copy_out(borrowed.address(offset), buffer, bytes);
  delete[] buffer;
  return copied ? 0 : kEnomem;
}

void report_refusal(const char* path, int64_t error, ElfRefusal refusal) {
  const char* name = errno_name(error);
  if (error == kEnoexec && refusal != ElfRefusal::None)
    LogLine() << "linux: " << path << " " << elf_refusal_text(refusal);
  else
    LogLine() << "linux: cannot run " << path << ": " << (name != nullptr ? name : "error ")
              << (name != nullptr ? "" : "in a service");
}

/// The arguments of a script's interpreter: itself, its argument, the script, and what followed the script's name.
char* script_arguments(const ProgramFile& file, const Program& program, StringList& arguments) {
  const char* parts[3] = {file.interpreter(), file.interpreter_argument(), program.file};
  uint64_t bytes = program.arguments.bytes + 3;
  for (const char* part : parts) bytes += text_length(part);
  auto* text = new (std::nothrow) char[bytes];
  if (text == nullptr) return nullptr;
  TextWriter writer(text, bytes);
  arguments.count = 0;
  for (const char* part : parts) {
    if (part[0] == 0) continue;
    writer.text(part).character(0);
    arguments.count++;
  }
  if (program.arguments.count > 0) {
    const uint64_t first = text_length(program.arguments.text) + 1;
    writer.bytes(program.arguments.text + first, program.arguments.bytes - first);
    arguments.count += program.arguments.count - 1;
  }
  arguments.text = text;
  arguments.bytes = writer.length();
  return text;
}

/// Name for reports and prctl: the last part of the path.
void set_name(Loaded& loaded, const char* path) {
  const char* last = path;
  for (const char* c = path; *c != 0; c++)
    if (*c == '/') last = c + 1;
  TextWriter(loaded.name, sizeof(loaded.name) - 1).text(last);
}

void set_program_path(Loaded& loaded, const ProgramFile& file) {
  const int64_t length = files_call(files::Operation::Path, file.handle(), kMessagePath, kPathMaximum - 1).value;
  const uint64_t bytes = length < 0 ? 0 : static_cast<uint64_t>(length);
  loaded.path[copy_in(loaded.path, kMessagePath, bytes) ? bytes : 0] = 0;
}

int64_t load_elf(const Program& program, const ProgramFile& file, Loaded& loaded) {
  set_name(loaded, program.file);
  set_program_path(loaded, file);
  loaded.memory = ProgramMemory::make(loaded.name);
  if (loaded.memory == nullptr) return kEnomem;
  loaded.entry = file.plan().entry;
  int64_t error = load_segments(*loaded.memory, file);
  if (error == 0) error = make_stack(*loaded.memory, program, file.plan(), loaded.rsp);
  if (error < 0) loaded.memory->destroy();
  return error;
}

int64_t load(Task& task, const Program& program, Loaded& loaded, unsigned depth) {
  ProgramFile file(task);
  int64_t error = file.open(program.file);
  if (error == 0 && file.is_script()) {
    if (depth == kMostInterpreters) return kEloop;
    StringList arguments;
    char* text = script_arguments(file, program, arguments);
    if (text == nullptr) return kEnomem;
    error = load(task, {file.interpreter(), arguments, program.environment}, loaded, depth + 1);
    delete[] text;
    return error;
  }
  if (error == 0) error = load_elf(program, file, loaded);
  if (error < 0 && current_task() == nullptr) report_refusal(program.file, error, file.refusal());
  return error;
}

}  // namespace

int64_t load_program(Task& task, const Program& program, Loaded& loaded) {
  loaded = {};
  return load(task, program, loaded, 0);
}

int64_t start_loaded(Task& task, const Loaded& loaded) {
  memcpy(task.name, loaded.name, sizeof task.name);
  memcpy(task.program_path, loaded.path, sizeof task.program_path);
  return start_thread(task, *loaded.memory, loaded.entry, loaded.rsp, 0);
}

}  // namespace hop::personality
