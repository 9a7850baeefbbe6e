// SPDX-License-Identifier: GPL-2.0-or-later
// Calls into the kernel and the services behind this one. All hop on the calling thread: the stack half in force stays.
#pragma once
#include <cstdint>

#include "kernel/abi/call.h"
#include "userland/interfaces/console/console.h"
#include "userland/interfaces/files/files.h"

namespace hop::personality {

/// What a service answered: a value >= 0 or an errno, and a second value.
struct Answer {
  int64_t value;
  uint64_t second;
};

/// The gates of files and console, as found by name; before any other call here.
void set_gates(uint16_t files, uint16_t console);

/// A callee that faulted answers EIO.
Answer files_call(files::Operation operation, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0, uint64_t d = 0,
                  uint64_t e = 0);
Answer console_call(console::Operation operation, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0);
int64_t kernel_call(Call call, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0, uint64_t d = 0, uint64_t e = 0,
                    uint64_t f = 0);

[[nodiscard]] uint64_t system_information(SystemInfo item);

/// Virtual time in ticks; ticks_per_second of them are a second.
[[nodiscard]] uint64_t clock_ticks();
[[nodiscard]] uint64_t ticks_to_nanoseconds(uint64_t ticks);
/// Nanoseconds since the machine started.
[[nodiscard]] uint64_t monotonic_nanoseconds();
/// Unix time in nanoseconds.
[[nodiscard]] uint64_t wall_nanoseconds();
/// The clock value that many nanoseconds from now; ~0 if beyond the clock.
[[nodiscard]] uint64_t deadline_after(uint64_t nanoseconds);

constexpr uint64_t kNoDeadline = ~uint64_t{0};

}  // namespace hop::personality
