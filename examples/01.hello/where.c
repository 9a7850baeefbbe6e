// SPDX-License-Identifier: GPL-2.0-or-later
// An ordinary Linux program: which space does each of its pointers name? The answer is in the upper 16 bits.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static int static_data;

static void show(const char* what, const void* pointer) {
  printf("%-12s selector %04x\n", what, (unsigned)((uintptr_t)pointer >> 48));
}

int main(void) {
  int local;
  int* allocated = malloc(sizeof *allocated);
  void* mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  show("code", (const void*)(uintptr_t)&main);
  show("static data", &static_data);
  show("stack", &local);
  show("malloc", allocated);
  show("mmap", mapped);
  free(allocated);
  return 0;
}
