// SPDX-License-Identifier: GPL-2.0-or-later
// Every system call that may return, with nonsense for arguments, many times. The personality must answer each with a value or
// an errno, and lose nothing of its own.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t call(uint64_t number, const uint64_t* a) {
  int64_t result;
  register uint64_t r10 __asm__("r10") = a[3];
  register uint64_t r8 __asm__("r8") = a[4];
  register uint64_t r9 __asm__("r9") = a[5];
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

/// Calls that end, stop, signal, rebuild or double the program that makes them, or may wait for ever.
static int is_left_out(unsigned number) {
  static const unsigned kLeftOut[] = {0, 7, 9, 10, 11, 12, 13, 15, 17, 19, 23, 25, 28, 34, 35, 37, 38, 56, 57, 58, 59, 60, 61, 62, 127, 128, 130, 131,
                                      158, 200, 202, 230, 231, 234, 247, 270, 271, 295, 318, 327};
  for (unsigned i = 0; i < sizeof(kLeftOut) / sizeof(kLeftOut[0]); i++)
    if (kLeftOut[i] == number) return 1;
  return 0;
}

static uint64_t state = 1;
static uint64_t next(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return state >> 33;
}

static char image[0x20000] = "image";

int main(void) {
  char stack[0x20000] = "stack";
  char* heap = malloc(0x20000);
  strcpy(heap, "heap");
  const uint64_t values[] = {0, 1, 2, 3, 8, 63, 100, 4095, 4096, 1u << 31, 0xffffffff, 1ull << 32, ~0ull, ~0ull - 99, 1ull << 63,
                             0x7fffffffffffffff, (uint64_t)image, (uint64_t)heap, (uint64_t)stack, (uint64_t)stack + 0xff00,
                             (uint64_t)&main, 0x0001000000000000, 0x0003000000001000, 0x8000000000000000, 0x8003000020098000,
                             0x8004000000001000, 0x8123000000000000, 0x8002ffffffffffff, 0x8002000010060000 - 8, 0x00007ffffffff000};
  const unsigned count = sizeof(values) / sizeof(values[0]);
  unsigned calls = 0, wrong = 0;
  for (unsigned number = 0; number < 460; number++) {
    if (is_left_out(number)) continue;
    for (unsigned round = 0; round < 60; round++) {
      uint64_t arguments[6];
      for (unsigned i = 0; i < 6; i++) arguments[i] = values[next() % count];
      if (arguments[0] < 3) arguments[0] += 3;  // not the console's descriptors
      if ((number == 3 || number == 32 || number == 33 || number == 292 || number == 436) && (uint32_t)arguments[0] < 3) continue;
      if ((number == 33 || number == 292) && (uint32_t)arguments[1] < 3) continue;
      if (number == 40 && (uint32_t)arguments[0] < 3) continue;
      const int64_t result = call(number, arguments);
      calls++;
      if (result == -1000 || (result < 0 && result > -4096 && result < -133)) {
        if (wrong++ < 10) printf("call %u answers %ld\n", number, (long)result);
      }
    }
  }
  printf("%u calls, %u wrong answers\n", calls, wrong);
  return wrong != 0;
}
