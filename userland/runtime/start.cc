// SPDX-License-Identifier: GPL-2.0-or-later
// From _start to hop_main.
#include "userland/runtime/heap.h"
#include "userland/runtime/machine_variant.h"
#include "userland/runtime/program.h"

namespace hop {
uint32_t machine_variant = 0;
}

static uint32_t read_variant() {
  uint32_t a = asx::kVariantLeaf, b, c = 0, d;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return a;
}

using Constructor = void (*)();
extern "C" {
extern Constructor __init_array_start[], __init_array_end[];

[[noreturn]] void runtime_start(uint64_t heap_start) {
  hop::machine_variant = read_variant();
  hop::heap_initialize(heap_start);
  for (Constructor* constructor = __init_array_start; constructor != __init_array_end; ++constructor) (*constructor)();
  hop::finish(hop_main());
}
}
