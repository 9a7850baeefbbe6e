// SPDX-License-Identifier: GPL-2.0-or-later
// A mixed compute workload: sieve, matrix product, CRC table, quicksort, linked list. Argument: repetitions.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIEVE = 2000000, SIDE = 120, BYTES = 1 << 20, NUMBERS = 100000, NODES = 50000 };

static uint32_t crc_of(const uint8_t *bytes, size_t count) {
  static uint32_t table[256];
  if (table[1] == 0) {
    for (uint32_t i = 0; i < 256; i++) {
      uint32_t crc = i;
      for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >> 1) : crc >> 1;
      table[i] = crc;
    }
  }
  uint32_t crc = ~0u;
  while (count--) crc = table[(crc ^ *bytes++) & 255] ^ (crc >> 8);
  return ~crc;
}

static int compare(const void *left, const void *right) {
  const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return a < b ? -1 : a > b;
}

static uint64_t count_primes(void) {
  static uint8_t sieve[SIEVE + 1];
  memset(sieve, 1, sizeof sieve);
  uint64_t found = 0;
  for (long i = 2; i <= SIEVE; i++) {
    if (!sieve[i]) continue;
    found++;
    for (long j = i * i; j <= SIEVE; j += i) sieve[j] = 0;
  }
  return found;
}

static uint64_t multiply(void) {
  static double a[SIDE][SIDE], b[SIDE][SIDE], c[SIDE][SIDE];
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) a[i][j] = i + j, b[i][j] = i - j;
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      double sum = 0;
      for (int k = 0; k < SIDE; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  return (uint64_t)c[5][7];
}

static uint64_t checksum(int round) {
  uint8_t *bytes = malloc(BYTES);
  for (int i = 0; i < BYTES; i++) bytes[i] = (uint8_t)(i * 7 + round);
  const uint64_t crc = crc_of(bytes, BYTES);
  free(bytes);
  return crc;
}

static uint64_t sort(void) {
  uint32_t *numbers = malloc(NUMBERS * sizeof *numbers), x = 12345;
  for (int i = 0; i < NUMBERS; i++) numbers[i] = x = x * 1664525 + 1013904223;
  qsort(numbers, NUMBERS, sizeof *numbers, compare);
  const uint64_t picked = numbers[777];
  free(numbers);
  return picked;
}

struct node {
  struct node *next;
  long value;
};

static uint64_t walk_list(void) {
  struct node *list = NULL;
  for (long i = 0; i < NODES; i++) {
    struct node *node = malloc(sizeof *node);
    node->next = list;
    node->value = i;
    list = node;
  }
  uint64_t sum = 0;
  for (int round = 0; round < 10; round++)
    for (struct node *node = list; node; node = node->next) sum += (uint64_t)node->value;
  while (list) {
    struct node *next = list->next;
    free(list);
    list = next;
  }
  return sum;
}

int main(int count, char **arguments) {
  const int rounds = count > 1 ? atoi(arguments[1]) : 1;
  uint64_t hash = 0;
  for (int round = 0; round < rounds; round++) {
    hash = hash * 31 + count_primes();
    hash = hash * 31 + multiply();
    hash = hash * 31 + checksum(round);
    hash = hash * 31 + sort();
    hash = hash * 31 + walk_list();
  }
  printf("%016llx\n", (unsigned long long)hash);
  return 0;
}
