// SPDX-License-Identifier: GPL-2.0-or-later
// Reads one byte at an address given in hexadecimal; without one, at a variable of its own, by two names.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static volatile char own = 'x';

int main(int argc, char** argv) {
  uintptr_t address = (uintptr_t)&own;
  if (argc > 1) {
    address = strtoull(argv[1], NULL, 16);
    printf("reading %016lx\n", (unsigned long)address);
    fflush(stdout);
  } else {
    const uintptr_t alias = address | (uintptr_t)0x8001 << 48;
    printf("by selector 0000: %c, by selector 8001: %c\n", *(volatile char*)address, *(volatile char*)alias);
  }
  const char byte = *(volatile char*)address;
  printf("it is there: %c\n", byte);
  return 0;
}
