// SPDX-License-Identifier: GPL-2.0-or-later
// 200 MiB of heap, each page touched twice.
#include <stdint.h>

#include "show.h"

int main(void) {
  const size_t words = (size_t)200 << 17;  // of 8 bytes
  uint64_t* memory = malloc(words * sizeof(*memory));
  if (memory == NULL) return 1;
  uint64_t sum = 0;
  for (size_t i = 0; i < words; i += 512) memory[i] = i * 0x9e3779b97f4a7c15;
  for (size_t i = 0; i < words; i += 512) sum ^= memory[i] + memory[i + 1];
  printf("%llx\n", (unsigned long long)sum);
  free(memory);
  return 0;
}
