// SPDX-License-Identifier: GPL-2.0-or-later
// Memory of the caller. A pointer that comes through a gate is an allegation: it must lie in the stack half, which is
// the caller's, and touching it may fail. Then the copy ends with BadAddress and the service goes on (fix-up table).
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernel/abi/status.h"

namespace hop {

/// True if [pointer, pointer + bytes) lies in one space of the stack half.
[[nodiscard]] constexpr bool is_caller_range(uint64_t pointer, uint64_t bytes) {
  const uint64_t offset = pointer & ((uint64_t{1} << 48) - 1);
  return (pointer >> 63) == 1 && bytes <= (uint64_t{1} << 48) - offset;
}

/// Ok or BadAddress; after BadAddress a part may have been copied.
[[nodiscard]] Status copy_from_caller(void* to, uint64_t pointer, size_t bytes);
[[nodiscard]] Status copy_to_caller(uint64_t pointer, const void* from, size_t bytes);
[[nodiscard]] Status zero_for_caller(uint64_t pointer, size_t bytes);

/// Copies a string with its NUL; returns its length without, BadAddress, or NameTooLong if it has no NUL within
/// `capacity` bytes.
[[nodiscard]] int64_t copy_string_from_caller(char* to, uint64_t pointer, size_t capacity);

/// One byte, for loops that must touch caller memory directly.
[[nodiscard]] Status load_caller_byte(uint64_t pointer, uint8_t& value);
[[nodiscard]] Status store_caller_byte(uint64_t pointer, uint8_t value);

}  // namespace hop
