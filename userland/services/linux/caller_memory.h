// SPDX-License-Identifier: GPL-2.0-or-later
// A program's pointers are allegations. Here, and only here, they become memory.
//
// A pointer into the stack half names the program's own spaces in this service too (and in those it calls), so it is
// used as it is, and carries no more authority than the program has. A pointer into the program's image (code half,
// index 0) gets the image's second name, kImageAlias. Anything else is EFAULT.
#pragma once
#include <cstdint>

namespace hop::personality {

/// The address under which [pointer, pointer + bytes) is reached from here on; 0 if the program cannot mean it.
/// That it is mapped is not known: whoever touches it finds out.
[[nodiscard]] uint64_t caller_address(uint64_t pointer, uint64_t bytes);

[[nodiscard]] bool copy_in(void* to, uint64_t pointer, uint64_t bytes);
[[nodiscard]] bool copy_out(uint64_t pointer, const void* from, uint64_t bytes);
[[nodiscard]] bool zero_out(uint64_t pointer, uint64_t bytes);

template <typename T>
[[nodiscard]] bool read_in(uint64_t pointer, T& value) {
  return copy_in(&value, pointer, sizeof(T));
}
template <typename T>
[[nodiscard]] bool write_out(uint64_t pointer, const T& value) {
  return copy_out(pointer, &value, sizeof(T));
}

/// Copies a NUL-terminated string with its NUL. Returns its length without it, EFAULT, or ENAMETOOLONG if it does not
/// fit into `capacity` bytes.
[[nodiscard]] int64_t copy_in_string(char* to, uint64_t pointer, uint64_t capacity);

}  // namespace hop::personality
