// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/caller_memory.h"

#include "kernel/abi/call.h"
#include "userland/runtime/caller_memory.h"
#include "userland/services/linux/abi/errno.h"
#include "userland/services/linux/layout.h"

namespace hop::personality {

uint64_t caller_address(uint64_t pointer, uint64_t bytes) {
  const uint64_t address = pointer >> asx::kOffsetBits == 0 ? address_in(kImageAlias, pointer) : pointer;
  const uint64_t offset = address & asx::kOffsetMask;
  if (address >> 63 == 0 || offset >= kHighestOffset || bytes > kHighestOffset - offset) return 0;
  return address;
}

bool copy_in(void* to, uint64_t pointer, uint64_t bytes) {
  return copy_from_caller(to, caller_address(pointer, bytes), bytes) == Status::Ok;
}

bool copy_out(uint64_t pointer, const void* from, uint64_t bytes) {
  return copy_to_caller(caller_address(pointer, bytes), from, bytes) == Status::Ok;
}

bool zero_out(uint64_t pointer, uint64_t bytes) {
  return zero_for_caller(caller_address(pointer, bytes), bytes) == Status::Ok;
}

int64_t copy_in_string(char* to, uint64_t pointer, uint64_t capacity) {
  return copy_string_from_caller(to, caller_address(pointer, 1), capacity);
}

}  // namespace hop::personality
