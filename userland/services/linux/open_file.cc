// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/open_file.h"

namespace hop::personality {

int64_t OpenFile::read(uint64_t, uint64_t, uint64_t) {
  return kEinval;
}
int64_t OpenFile::write(uint64_t, uint64_t, uint64_t) {
  return kEinval;
}
int64_t OpenFile::truncate(uint64_t) {
  return kEinval;
}
int64_t OpenFile::control(uint64_t, uint64_t) {
  return kEnotty;
}
int64_t OpenFile::read_directory(uint64_t, uint64_t, uint64_t&) {
  return kEnotdir;
}
uint64_t OpenFile::describe(char*, uint64_t) {
  return 0;
}

uint64_t OpenFile::position() {
  if (is_at_end_) {
    const int64_t end = size();
    position_ = end < 0 ? 0 : static_cast<uint64_t>(end);
    is_at_end_ = false;
  }
  return position_;
}

void OpenFile::set_position(uint64_t position) {
  position_ = position;
  is_at_end_ = false;
}

void OpenFile::release() {
  if (--references_ == 0) delete this;
}

}  // namespace hop::personality
