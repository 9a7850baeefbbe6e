// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/fault/panic.h"

#include "kernel/arch/log.h"
#include "kernel/arch/power.h"
#include "kernel/fault/report.h"
#include "kernel/lib/assert.h"

namespace kernel {

void panic(const char* message, const char* file, int line) {
  log("kernel panic: ", message, " (", file, ":", line, ")\n");
  power_off(kPanicStatus);
}

void panic_on_fault(Thread& thread, const Frame& event) {
  static const char* const kNames[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                       "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
  log("kernel panic: the kernel itself faulted\n");
  record_fault(thread, event);
  report_fault(thread, 1);
  log("  rip ", Hex{event.rip}, " rflags ", Hex{event.rflags}, " fs base ", Hex{event.fs_base}, "\n");
  for (unsigned i = 0; i < 16; ++i) {
    log("  ", kNames[i], " ", Hex{event.gpr[i]}, i % 4 == 3 ? "\n" : "");
  }
  power_off(kPanicStatus);
}

}  // namespace kernel
