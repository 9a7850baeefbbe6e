// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/proc_text.h"

#include <new>

#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/text.h"

namespace hop::personality {
namespace {

constexpr uint64_t kCapacity = 0x4000;
constexpr uint64_t kKibibyte = 1024;

class ProcText : public OpenFile {
 public:
  explicit ProcText(uint32_t flags) : OpenFile(flags), writer_(content_, kCapacity) {}
  int64_t read(uint64_t address, uint64_t bytes, uint64_t offset) override {
    if (offset >= writer_.length()) return 0;
    const uint64_t left = writer_.length() - offset;
    const uint64_t step = bytes < left ? bytes : left;
    return copy_out(address, content_ + offset, step) ? static_cast<int64_t>(step) : kEfault;
  }
  int64_t status(uint64_t address) override {
    files::FileStatus status = {};
    status.device = 0x15;
    status.inode = 1;
    status.links = 1;
    status.mode = kModeRegular | 0444u;
    status.block_size = 1024;
    return write_out(address, status) ? 0 : kEfault;
  }
  [[nodiscard]] bool is_seekable() const override { return true; }
  uint64_t describe(char* text, uint64_t capacity) override {
    return TextWriter(text, capacity).text("/proc").length();
  }
  [[nodiscard]] TextWriter& writer() { return writer_; }

 private:
  char content_[kCapacity];
  TextWriter writer_;
};

void memory_line(TextWriter& out, const char* name, uint64_t bytes) {
  out.text(name).character(':');
  for (uint64_t i = text_length(name); i < 16; i++) out.character(' ');
  out.number(bytes / kKibibyte).text(" kB\n");
}

void write_memory(Task&, TextWriter& out) {
  const uint64_t free = system_information(SystemInfo::FreeMemory);
  memory_line(out, "MemTotal", system_information(SystemInfo::TotalMemory));
  memory_line(out, "MemFree", free);
  memory_line(out, "MemAvailable", free);
  memory_line(out, "Buffers", 0);
  memory_line(out, "Cached", 0);
  memory_line(out, "SwapTotal", 0);
  memory_line(out, "SwapFree", 0);
}

void write_uptime(Task&, TextWriter& out) {
  const uint64_t hundredths = monotonic_nanoseconds() / 10'000'000;
  out.number(hundredths / 100).character('.').number(hundredths % 100, 10, 2).text(" 0.00\n");
}

void write_version(Task&, TextWriter& out) {
  out.text("Linux version 6.1.0 (hopscotch) #1\n");
}

void write_processor(Task&, TextWriter& out) {
  out.text("processor\t: 0\nvendor_id\t: Hopscotch\nmodel name\t: x86-64 with ASX\n\n");
}

void write_maps_of(TextWriter& out, const Area& area, const char* name) {
  for (uint32_t i = 0; i < area.ranges().count(); i++) {
    const Range& range = area.ranges().at(i);
    out.number(area.program_address(range.start), 16, 8).character('-').number(area.program_address(range.end), 16, 8);
    out.character(' ').character(range.protection & kProtectRead ? 'r' : '-');
    out.character(range.protection & kProtectWrite ? 'w' : '-')
        .character(range.protection & kProtectExecute ? 'x' : '-');
    out.text("p 00000000 00:00 0 ").text(name).character('\n');
  }
}

void write_maps(Task& task, TextWriter& out) {
  write_maps_of(out, task.memory->image, task.program_path);
  write_maps_of(out, task.memory->stack, "[stack]");
  write_maps_of(out, task.memory->heap, "[heap]");
}

void write_command_name(Task& task, TextWriter& out) {
  out.text(task.name).character('\n');
}

struct Row {
  const char* path;
  void (*write)(Task& task, TextWriter& out);
};

constexpr Row kRows[] = {
    {"/proc/meminfo", write_memory},    {"/proc/uptime", write_uptime},  {"/proc/version", write_version},
    {"/proc/cpuinfo", write_processor}, {"/proc/self/maps", write_maps}, {"/proc/self/comm", write_command_name},
};

}  // namespace

int32_t proc_text_number(const char* path) {
  if (text_after(path, "/proc/") == nullptr) return -1;
  for (int32_t i = 0; const Row& row : kRows) {
    if (text_equal(path, row.path)) return i;
    i++;
  }
  return -1;
}

int64_t open_proc_text(Task& task, int32_t number, uint32_t flags, OpenFile*& file) {
  if ((flags & kAccessMode) != kReadOnly) return kEacces;
  auto* text = new (std::nothrow) ProcText(flags);
  if (text == nullptr) return kEnomem;
  kRows[number].write(task, text->writer());
  file = text;
  return 0;
}

}  // namespace hop::personality
