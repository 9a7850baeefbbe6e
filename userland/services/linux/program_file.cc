// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/program_file.h"

#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/text.h"

namespace hop::personality {

void ProgramFile::close() {
  if (handle_ != kNoHandle) files_call(files::Operation::Close, handle_);
  handle_ = kNoHandle;
}

int64_t ProgramFile::open(const char* path) {
  close();
  const uint64_t length = text_length(path);
  if (length == 0) return kEnoent;
  if (length >= kPathMaximum) return kEnametoolong;
  if (!copy_out(kMessagePath, path, length + 1)) return kEfault;
  const Answer answer = files_call(files::Operation::Open, task_.directory->handle, kMessagePath, 0, 0);
  if (answer.value < 0) return answer.value;
  handle_ = static_cast<uint64_t>(answer.value);
  const bool is_file = (answer.second & kModeType) == kModeRegular;
  return is_file && (answer.second & 0111) != 0 ? check() : kEacces;
}

int64_t ProgramFile::check() {
  files::FileStatus& status = status_;
  if (const int64_t error = files_call(files::Operation::Status, handle_, kMessageStatus).value; error < 0)
    return error;
  const int64_t bytes = files_call(files::Operation::Read, handle_, 0, kMessageData, kFront).value;
  if (bytes < 0) return bytes;
  std::byte front[kFront];
  if (!read_in(kMessageStatus, status) || !copy_in(front, kMessageData, static_cast<uint64_t>(bytes))) return kEfault;
  const auto* text = reinterpret_cast<const char*>(front);
  is_script_ = bytes >= 2 && text[0] == '#' && text[1] == '!';
  if (is_script_) return read_interpreter_line(text + 2, static_cast<uint64_t>(bytes) - 2);
  refusal_ = plan_elf(front, static_cast<uint64_t>(bytes), static_cast<uint64_t>(status.size), plan_);
  return refusal_ == ElfRefusal::None ? 0 : kEnoexec;
}

int64_t ProgramFile::read_interpreter_line(const char* text, uint64_t bytes) {
  const auto is_blank = [](char value) { return value == ' ' || value == '\t'; };
  uint64_t end = 0;
  while (end < bytes && text[end] != '\n') end++;
  if (end >= kLine) return kEnoexec;
  while (end > 0 && is_blank(text[end - 1])) end--;
  uint64_t place = 0;
  while (place < end && is_blank(text[place])) place++;
  uint64_t length = 0;
  while (place < end && !is_blank(text[place])) interpreter_[length++] = text[place++];
  interpreter_[length] = 0;
  while (place < end && is_blank(text[place])) place++;
  for (length = 0; place < end;) interpreter_argument_[length++] = text[place++];
  interpreter_argument_[length] = 0;
  return interpreter_[0] == 0 ? kEnoexec : 0;
}

}  // namespace hop::personality
