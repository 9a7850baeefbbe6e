// SPDX-License-Identifier: GPL-2.0-or-later
// A file that is to be run: found, checked, and what an interpreter line (#!) makes of it.
#pragma once
#include <cstdint>

#include "userland/services/linux/elf_image.h"
#include "userland/services/linux/task.h"

namespace hop::personality {

/// An open program. Works on any thread whose stack half has a message space.
class ProgramFile {
 public:
  explicit ProgramFile(Task& task) : task_(task) {}
  ProgramFile(const ProgramFile&) = delete;
  ProgramFile& operator=(const ProgramFile&) = delete;
  ~ProgramFile() { close(); }

  /// Opens the path (from the task's working directory), and checks it. ENOENT..., EACCES, ENOEXEC; then refusal() says
  /// why. 0 for an ELF and for a script: is_script() tells.
  [[nodiscard]] int64_t open(const char* path);
  void close();

  [[nodiscard]] const files::FileStatus& status() const { return status_; }
  [[nodiscard]] uint64_t handle() const { return handle_; }
  [[nodiscard]] const ElfPlan& plan() const { return plan_; }
  [[nodiscard]] ElfRefusal refusal() const { return refusal_; }
  [[nodiscard]] bool is_script() const { return is_script_; }
  /// Of a script: the interpreter's path, and its one argument or an empty text.
  [[nodiscard]] const char* interpreter() const { return interpreter_; }
  [[nodiscard]] const char* interpreter_argument() const { return interpreter_argument_; }

 private:
  [[nodiscard]] int64_t check();
  [[nodiscard]] int64_t read_interpreter_line(const char* text, uint64_t bytes);

  static constexpr uint64_t kFront = 4096, kLine = 256;
  Task& task_;
  uint64_t handle_ = kNoHandle;
  files::FileStatus status_ = {};
  ElfPlan plan_;
  ElfRefusal refusal_ = ElfRefusal::None;
  bool is_script_ = false;
  char interpreter_[kLine] = {}, interpreter_argument_[kLine] = {};
};

}  // namespace hop::personality
