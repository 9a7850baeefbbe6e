// SPDX-License-Identifier: GPL-2.0-or-later
// Programs that die: which way is the first argument.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>

#include "show.h"

static volatile int sink;

__attribute__((noinline)) static int recurse(int depth) {
  volatile char frame[4096];
  frame[0] = (char)depth;
  return recurse(depth + 1) + frame[0];
}

int main(int argc, char** argv) {
  const char* way = argc > 1 ? argv[1] : "";
  puts("before");
  fflush(stdout);
  if (strcmp(way, "null") == 0) *(volatile int*)8 = 1;
  if (strcmp(way, "heap") == 0) {
    unsigned char* code = malloc(16);
    code[0] = 0xc3;
    ((void (*)(void))(uintptr_t)code)();
  }
  if (strcmp(way, "text") == 0) *(volatile char*)(uintptr_t)&main = 1;
  if (strcmp(way, "rodata") == 0) *(volatile char*)(uintptr_t) "constant" = 1;
  if (strcmp(way, "selector") == 0) sink = *(volatile int*)0x8123000000001000;
  if (strcmp(way, "code-selector") == 0) sink = *(volatile int*)0x0003000000001000;
  if (strcmp(way, "stack") == 0) sink = recurse(0);
  if (strcmp(way, "divide") == 0) {
    volatile int zero = 0;
    sink = argc / zero;
  }
  if (strcmp(way, "undefined") == 0) __asm__ volatile("ud2");
  if (strcmp(way, "breakpoint") == 0) __asm__ volatile("int3");
  if (strcmp(way, "privileged") == 0) __asm__ volatile("hlt");
  if (strcmp(way, "abort") == 0) abort();
  if (strcmp(way, "terminate") == 0) raise(SIGTERM);
  if (strcmp(way, "unmapped") == 0) {
    char* page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(page, 4096);
    *(volatile char*)page = 1;
  }
  if (strcmp(way, "protected") == 0) {
    char* page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *(volatile char*)page = 1;
  }
  puts("still alive");
  return 0;
}
