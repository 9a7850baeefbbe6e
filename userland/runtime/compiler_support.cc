// SPDX-License-Identifier: GPL-2.0-or-later
// What the compiler calls behind the programmer's back.
#include "userland/runtime/program.h"

extern "C" {
void* __dso_handle = nullptr;
/// Services never run destructors of statics: they end with the machine.
int __cxa_atexit(void (*)(void*), void*, void*) {
  return 0;
}
[[noreturn]] void __cxa_pure_virtual() {
  hop::panic("pure virtual function called");
}
}
