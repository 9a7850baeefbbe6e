// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/loader.h"

#include <new>

#include "isa-ext/abi/structures.h"
#include "userland/runtime/log.h"
#include "userland/runtime/memory.h"
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/program_file.h"
#include "userland/services/linux/random.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/text.h"
#include "userland/services/linux/trace.h"

namespace hop::personality {
namespace {

constexpr uint64_t kReadWrite = kProtectRead | kProtectWrite;
constexpr unsigned kMostInterpreters = 4;

/// A second name for a space in this thread's stack half, while it lives: so that files can read straight into it.
class Borrowed {
 public:
  explicit Borrowed(const Area& area)
      : selector_(kernel_call(Call::list_insert, kSelfStack, 0, area.space(), kRightRead | kRightWrite)) {}
  ~Borrowed() {
    if (is_valid()) kernel_call(Call::list_remove, kSelfStack, static_cast<uint64_t>(selector_));
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

int64_t load_segments(Task& task, const ProgramFile& file) {
  Area& image = task.memory.image;
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
  return 0;
}

/// CPUID.1:EDX, as Linux gives it in AT_HWCAP. The machine's CPUID offers only what the engine has.
uint64_t hardware_capabilities() {
  uint32_t eax = 1, ebx = 0, ecx = 0, edx = 0;
  asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
  return edx;
}

/// Maps the stack and writes its first contents; rsp is the program's first RSP.
int64_t make_stack(Task& task, const Program& program, const ElfPlan& plan, uint64_t& rsp) {
  Area& stack = task.memory.stack;
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

/// The image's gates, and the thread that enters it.
int64_t start_thread(Task& task, uint64_t entry, uint64_t rsp, const PersonalityGates& gates) {
  const uint16_t image = task.memory.image.space();
  const int64_t syscall = kernel_call(Call::list_insert, image, 0, gates.syscall, kRightRead);
  if (syscall < 0) return syscall;
  if (const int64_t error = kernel_call(Call::space_set_syscall, image, static_cast<uint64_t>(syscall)); error < 0)
    return error;
  if (const int64_t error = kernel_call(Call::space_set_fault_gate, image, gates.fault); error < 0) return error;
  constexpr auto kKeep = static_cast<uint64_t>(asx::StackPolicy::Keep);
  const int64_t gate = kernel_call(Call::gate_create, image, entry, 0, kKeep, 0);
  if (gate < 0) return gate;
  const int64_t thread =
      kernel_call(Call::thread_create, gates.start, task.memory.stack.space(), 0, 0, static_cast<uint64_t>(gate), rsp);
  task.image_gate = static_cast<uint16_t>(gate);
  if (thread >= 0) kernel_call(Call::list_remove, kSelf, static_cast<uint64_t>(thread));
  return thread < 0 ? thread : 0;
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
void set_name(Task& task, const char* path) {
  const char* last = path;
  for (const char* c = path; *c != 0; c++)
    if (*c == '/') last = c + 1;
  memset(task.name, 0, sizeof(task.name));
  TextWriter(task.name, sizeof(task.name) - 1).text(last);
}

void set_program_path(Task& task, const ProgramFile& file) {
  const int64_t length = files_call(files::Operation::Path, file.handle(), kMessagePath, kPathMaximum - 1).value;
  const uint64_t bytes = length < 0 ? 0 : static_cast<uint64_t>(length);
  task.program_path[copy_in(task.program_path, kMessagePath, bytes) ? bytes : 0] = 0;
}

int64_t start_elf(Task& task, const Program& program, const ProgramFile& file, const PersonalityGates& gates) {
  set_name(task, program.file);
  set_program_path(task, file);
  if (!task.memory.create(task.name)) return kEnomem;
  uint64_t rsp = 0;
  int64_t error = load_segments(task, file);
  if (error == 0) error = make_stack(task, program, file.plan(), rsp);
  if (error == 0) error = start_thread(task, file.plan().entry, rsp, gates);
  if (error < 0) task.memory.destroy();
  return error;
}

int64_t start(Task& task, const Program& program, const PersonalityGates& gates, unsigned depth) {
  ProgramFile file(task);
  int64_t error = file.open(program.file);
  if (error == 0 && file.is_script()) {
    if (depth == kMostInterpreters) return kEloop;
    StringList arguments;
    char* text = script_arguments(file, program, arguments);
    if (text == nullptr) return kEnomem;
    error = start(task, {file.interpreter(), arguments, program.environment}, gates, depth + 1);
    delete[] text;
    return error;
  }
  if (error == 0) error = start_elf(task, program, file, gates);
  if (error < 0) report_refusal(program.file, error, file.refusal());
  return error;
}

}  // namespace

int64_t start_program(Task& task, const Program& program, const PersonalityGates& gates) {
  return start(task, program, gates, 0);
}

}  // namespace hop::personality
