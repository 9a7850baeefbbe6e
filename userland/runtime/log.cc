// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/runtime/log.h"

#include "userland/runtime/kernel.h"
#include "userland/runtime/memory.h"
#include "userland/runtime/program.h"

namespace hop {

void LogLine::put(char character) {
  if (used_ == sizeof buffer_) flush();
  buffer_[used_++] = character;
}

void LogLine::flush() {
  uint64_t words[5] = {};
  memcpy(words, buffer_, used_);
  kernel::log_write(used_, words[0], words[1], words[2], words[3], words[4]);
  used_ = 0;
}

LogLine::~LogLine() {
  put('\n');
  flush();
}

LogLine& LogLine::operator<<(const char* text) {
  while (*text != 0) put(*text++);
  return *this;
}

LogLine& LogLine::operator<<(Hex number) {
  *this << "0x";
  unsigned shift = 60;
  while (shift != 0 && (number.value >> shift) == 0) shift -= 4;
  for (;; shift -= 4) {
    put("0123456789abcdef"[(number.value >> shift) & 15]);
    if (shift == 0) return *this;
  }
}

LogLine& LogLine::operator<<(uint64_t number) {
  char digits[20];
  unsigned count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  while (count != 0) put(digits[--count]);
  return *this;
}

LogLine& LogLine::operator<<(int64_t number) {
  if (number >= 0) return *this << static_cast<uint64_t>(number);
  put('-');
  return *this << (~static_cast<uint64_t>(number) + 1);
}

void panic(const char* reason) {
  { LogLine() << "panic: " << reason; }
  kernel::thread_exit();
  __builtin_trap();
}

/// From recovery.S: a fault in this image that nothing here expected.
extern "C" int64_t runtime_own_fault() {
  kernel::fault_report(1);
  return static_cast<int64_t>(Status::ServerFault);
}

}  // namespace hop
