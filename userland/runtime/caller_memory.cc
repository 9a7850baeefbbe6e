// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/runtime/caller_memory.h"

namespace hop {

extern "C" {
struct TextResult {
  size_t left;
  uint64_t has_ended;
};
size_t copy_bytes(void* to, const void* from, size_t bytes);
size_t clear_bytes(void* to, size_t bytes);
TextResult copy_text(char* to, const void* from, size_t bytes);
int64_t probe_byte(void* to);
}

namespace {

void* as_pointer(uint64_t pointer) {
  return reinterpret_cast<void*>(pointer);
}
Status status_of(bool done) {
  return done ? Status::Ok : Status::BadAddress;
}

}  // namespace

size_t copy_some_from_caller(void* to, uint64_t pointer, size_t bytes) {
  return is_caller_range(pointer, bytes) ? bytes - copy_bytes(to, as_pointer(pointer), bytes) : 0;
}

size_t copy_some_to_caller(uint64_t pointer, const void* from, size_t bytes) {
  return is_caller_range(pointer, bytes) ? bytes - copy_bytes(as_pointer(pointer), from, bytes) : 0;
}

size_t zero_some_for_caller(uint64_t pointer, size_t bytes) {
  return is_caller_range(pointer, bytes) ? bytes - clear_bytes(as_pointer(pointer), bytes) : 0;
}

Status copy_from_caller(void* to, uint64_t pointer, size_t bytes) {
  return status_of(is_caller_range(pointer, bytes) && copy_bytes(to, as_pointer(pointer), bytes) == 0);
}

Status copy_to_caller(uint64_t pointer, const void* from, size_t bytes) {
  return status_of(is_caller_range(pointer, bytes) && copy_bytes(as_pointer(pointer), from, bytes) == 0);
}

Status zero_for_caller(uint64_t pointer, size_t bytes) {
  return status_of(is_caller_range(pointer, bytes) && clear_bytes(as_pointer(pointer), bytes) == 0);
}

int64_t copy_string_from_caller(char* to, uint64_t pointer, size_t capacity) {
  if (!is_caller_range(pointer, 1)) return static_cast<int64_t>(Status::BadAddress);
  const uint64_t space_left = (uint64_t{1} << 48) - (pointer & ((uint64_t{1} << 48) - 1));
  const size_t wanted = capacity < space_left ? capacity : space_left;
  const TextResult result = copy_text(to, as_pointer(pointer), wanted);
  if (result.has_ended != 0) return static_cast<int64_t>(wanted - result.left - 1);
  return static_cast<int64_t>(result.left == 0 && wanted == capacity ? Status::NameTooLong : Status::BadAddress);
}

Status probe_caller_write(uint64_t pointer) {
  return status_of(is_caller_range(pointer, 1) && probe_byte(as_pointer(pointer)) == 0);
}

}  // namespace hop
