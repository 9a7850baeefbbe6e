// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/fd_table.h"

namespace hop::personality {

OpenFile* FdTable::get(uint64_t descriptor) const {
  const auto number = static_cast<uint32_t>(descriptor);
  return number < kMaximum ? slots_[number].file : nullptr;
}

int64_t FdTable::install(OpenFile* file, bool close_on_exec, uint64_t lowest) {
  for (uint64_t i = lowest; i < limit_; i++) {
    if (slots_[i].file != nullptr) continue;
    slots_[i] = {file, close_on_exec};
    return static_cast<int64_t>(i);
  }
  return kEmfile;
}

int64_t FdTable::replace(uint64_t descriptor, OpenFile* file, bool close_on_exec) {
  const auto number = static_cast<uint32_t>(descriptor);
  if (number >= limit_) return kEbadf;
  file->retain();
  OpenFile* old = slots_[number].file;
  slots_[number] = {file, close_on_exec};
  if (old != nullptr) old->release();
  return number;
}

void FdTable::copy_from(const FdTable& other) {
  for (uint32_t i = 0; i < kMaximum; i++) {
    slots_[i] = other.slots_[i];
    if (slots_[i].file != nullptr) slots_[i].file->retain();
  }
  limit_ = other.limit_;
}

int64_t FdTable::close(uint64_t descriptor) {
  OpenFile* file = get(descriptor);
  if (file == nullptr) return kEbadf;
  slots_[static_cast<uint32_t>(descriptor)] = {};
  file->release();
  return 0;
}

void FdTable::close_all() {
  for (uint32_t i = 0; i < kMaximum; i++) close(i);
}

void FdTable::close_for_exec() {
  for (uint32_t i = 0; i < kMaximum; i++)
    if (slots_[i].close_on_exec) close(i);
}

bool FdTable::is_close_on_exec(uint64_t descriptor) const {
  return get(descriptor) != nullptr && slots_[static_cast<uint32_t>(descriptor)].close_on_exec;
}

void FdTable::set_close_on_exec(uint64_t descriptor, bool value) {
  if (get(descriptor) != nullptr) slots_[static_cast<uint32_t>(descriptor)].close_on_exec = value;
}

}  // namespace hop::personality
