// SPDX-License-Identifier: GPL-2.0-or-later
// The first contents of a program's stack: strings, auxiliary vector, environment, arguments (System V ABI
// x86-64, 3.4.1).
#pragma once
#include <cstddef>
#include <cstdint>

namespace hop::personality {

/// A list of NUL-terminated strings that stand one behind the other.
struct StringList {
  const char* text = nullptr;
  uint64_t bytes = 0;  ///< all NULs included
  uint32_t count = 0;
};

struct StartStack {
  StringList arguments, environment;
  const char* file_name = "";    ///< AT_EXECFN
  uint64_t entry = 0;            ///< AT_ENTRY
  uint64_t headers_address = 0;  ///< AT_PHDR
  uint64_t header_count = 0;     ///< AT_PHNUM
  uint64_t hardware = 0;         ///< AT_HWCAP: CPUID.1:EDX
  uint64_t random[2] = {0, 0};   ///< AT_RANDOM's 16 bytes
};

/// Bytes the stack's contents need at most.
[[nodiscard]] uint64_t start_stack_bytes(const StartStack& start);

/// Writes them into buffer[0, bytes), which the program will see at `base`, filling it from its end. base + bytes must
/// be a multiple of 16. Returns the address of argc, the first RSP: a multiple of 16. bytes >= start_stack_bytes().
[[nodiscard]] uint64_t write_start_stack(const StartStack& start, std::byte* buffer, uint64_t bytes, uint64_t base);

}  // namespace hop::personality
