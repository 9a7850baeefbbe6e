// SPDX-License-Identifier: GPL-2.0-or-later
// Lines for the kernel's log, and the clock.
#pragma once
#include <cstdint>

namespace hop {

struct Hex {
  uint64_t value;
};

/// A line that is put together and then written at once, 40 characters a call.
class LogLine {
 public:
  LogLine& operator<<(const char* text);
  LogLine& operator<<(Hex number);
  LogLine& operator<<(uint64_t number);
  LogLine& operator<<(int64_t number);
  LogLine& operator<<(int number) { return *this << static_cast<int64_t>(number); }
  LogLine& operator<<(unsigned number) { return *this << static_cast<uint64_t>(number); }
  /// Writes what has gathered and a newline.
  ~LogLine();

 private:
  void put(char character);
  void flush();
  char buffer_[40];
  unsigned used_ = 0;
};

/// Virtual time in ticks.
[[nodiscard]] inline uint64_t clock_ticks() {
  uint32_t low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return uint64_t{high} << 32 | low;
}

}  // namespace hop
