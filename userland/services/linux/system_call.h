// SPDX-License-Identifier: GPL-2.0-or-later
// One system call: its arguments, its handler, and its row in the table (system_calls.def) that dispatch and trace
// share.
#pragma once
#include <cstdint>

namespace hop::personality {

struct Task;

/// RDI RSI RDX R10 R8 R9, as the entry code saved them. Nothing in them is to be trusted.
struct Arguments {
  uint64_t value[6];
  [[nodiscard]] uint64_t operator[](unsigned index) const { return value[index]; }
  [[nodiscard]] int32_t integer(unsigned index) const { return static_cast<int32_t>(value[index]); }
  [[nodiscard]] uint32_t word(unsigned index) const { return static_cast<uint32_t>(value[index]); }
};

using Handler = int64_t (*)(Task& task, const Arguments& arguments);

/// What an argument means, for the trace. A buffer's length is the next argument.
enum class ArgumentKind : uint8_t {
  None,
  Integer,
  Unsigned,
  Hexadecimal,
  Pointer,
  Descriptor,
  DirectoryDescriptor,
  Path,
  Text,        ///< a buffer with a length
  TextResult,  ///< a buffer filled by the call: as many bytes as it returned
  OpenFlags,
  Mode,
  Protection,
  MapFlags,
  Origin,
  Signal,
  Clock,
  Time,  ///< struct timespec
  FileCommand,
  IoCommand,
  AtFlags,
  ArchCommand,
  FutexOperation,
  Resource,
};

struct SystemCall {
  const char* name;
  Handler handler;  ///< null: answered with `fixed`
  int64_t fixed;
  bool has_pointer_result;
  ArgumentKind arguments[6];
};

constexpr uint32_t kSystemCallCount = 463;

/// The row of a number; a row without name if there is none.
[[nodiscard]] const SystemCall& system_call(uint64_t number);

#define SYSTEM_CALL(number, name, ...) int64_t sys_##name(Task& task, const Arguments& arguments);
#define SYSTEM_CALL_ADDRESS(number, name, ...) int64_t sys_##name(Task& task, const Arguments& arguments);
#define SYSTEM_CALL_FIXED(number, name, result, ...)
#include "userland/services/linux/system_calls.def"
#undef SYSTEM_CALL
#undef SYSTEM_CALL_ADDRESS
#undef SYSTEM_CALL_FIXED

}  // namespace hop::personality
