// SPDX-License-Identifier: GPL-2.0-or-later
// From _start to hop_main.
#include "userland/runtime/heap.h"
#include "userland/runtime/program.h"

using Constructor = void (*)();
extern "C" {
extern Constructor __init_array_start[], __init_array_end[];

[[noreturn]] void runtime_start(uint64_t heap_start) {
  hop::heap_initialize(heap_start);
  for (Constructor* constructor = __init_array_start; constructor != __init_array_end; ++constructor) (*constructor)();
  hop::finish(hop_main());
}
}
