// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/runtime/log.h"

#include "userland/runtime/kernel.h"
#include "userland/runtime/memory.h"
#include "userland/runtime/mutex.h"
#include "userland/runtime/program.h"

namespace hop {

namespace {

void write_piece(const char* piece, unsigned length) {
  uint64_t words[5] = {};
  static_assert(sizeof words == Formatter::kPiece);
  memcpy(words, piece, length);
  kernel::log_write(length, words[0], words[1], words[2], words[3], words[4]);
}

}  // namespace

LogLine::LogLine() : Formatter(write_piece) {}

LogLine::~LogLine() {
  *this << '\n';
  flush();
}

void panic(const char* reason) {
  { LogLine() << "panic: " << reason; }
  kernel::thread_exit();
  __builtin_trap();
}

/// From recovery.S: a fault in this image that nothing here expected.
extern "C" int64_t runtime_own_fault(uint64_t stack_pointer) {
  kernel::fault_report(1);
  Mutex::abandon_all_of(stack_pointer);
  return static_cast<int64_t>(Status::ServerFault);
}

}  // namespace hop
