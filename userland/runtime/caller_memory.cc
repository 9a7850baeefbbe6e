// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/runtime/caller_memory.h"

namespace hop {

extern "C" {
size_t copy_words(void* to, const void* from, size_t bytes);
size_t clear_words(void* to, size_t bytes);
int64_t load_byte(const void* from);
int64_t store_byte(void* to, uint8_t value);
}

namespace {

void* as_pointer(uint64_t pointer) {
  return reinterpret_cast<void*>(pointer);
}
Status status_of(bool done) {
  return done ? Status::Ok : Status::BadAddress;
}

}  // namespace

Status copy_from_caller(void* to, uint64_t pointer, size_t bytes) {
  return status_of(is_caller_range(pointer, bytes) && copy_words(to, as_pointer(pointer), bytes) == 0);
}

Status copy_to_caller(uint64_t pointer, const void* from, size_t bytes) {
  return status_of(is_caller_range(pointer, bytes) && copy_words(as_pointer(pointer), from, bytes) == 0);
}

Status zero_for_caller(uint64_t pointer, size_t bytes) {
  return status_of(is_caller_range(pointer, bytes) && clear_words(as_pointer(pointer), bytes) == 0);
}

int64_t copy_string_from_caller(char* to, uint64_t pointer, size_t capacity) {
  for (size_t i = 0; i < capacity; ++i) {
    if (!is_caller_range(pointer, i + 1)) return static_cast<int64_t>(Status::BadAddress);
    const int64_t byte = load_byte(as_pointer(pointer + i));
    if (byte < 0) return static_cast<int64_t>(Status::BadAddress);
    to[i] = static_cast<char>(byte);
    if (byte == 0) return static_cast<int64_t>(i);
  }
  return static_cast<int64_t>(Status::NameTooLong);
}

Status load_caller_byte(uint64_t pointer, uint8_t& value) {
  const int64_t byte = is_caller_range(pointer, 1) ? load_byte(as_pointer(pointer)) : -1;
  value = static_cast<uint8_t>(byte);
  return status_of(byte >= 0);
}

Status store_caller_byte(uint64_t pointer, uint8_t value) {
  return status_of(is_caller_range(pointer, 1) && store_byte(as_pointer(pointer), value) == 0);
}

}  // namespace hop
