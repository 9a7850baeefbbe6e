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

/// The bytes copied: fewer than asked for if the next one cannot be touched, and then nothing beyond them is changed.
[[nodiscard]] size_t copy_some_from_caller(void* to, uint64_t pointer, size_t bytes);
[[nodiscard]] size_t copy_some_to_caller(uint64_t pointer, const void* from, size_t bytes);
[[nodiscard]] size_t zero_some_for_caller(uint64_t pointer, size_t bytes);

/// Ok or BadAddress; after BadAddress a part may have been copied.
[[nodiscard]] Status copy_from_caller(void* to, uint64_t pointer, size_t bytes);
[[nodiscard]] Status copy_to_caller(uint64_t pointer, const void* from, size_t bytes);
[[nodiscard]] Status zero_for_caller(uint64_t pointer, size_t bytes);

/// Copies a string with its NUL; returns its length without, BadAddress, or NameTooLong if it has no NUL within
/// `capacity` bytes.
[[nodiscard]] int64_t copy_string_from_caller(char* to, uint64_t pointer, size_t capacity);

/// Ok if the byte can be written, or BadAddress. It is not changed, not even for a moment. What holds for it holds for
/// its page of 4096 bytes, as long as the caller leaves that alone.
[[nodiscard]] Status probe_caller_write(uint64_t pointer);

}  // namespace hop
