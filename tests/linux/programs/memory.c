// SPDX-License-Identifier: GPL-2.0-or-later
// Memory: brk, mmap and their relatives.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "show.h"

enum { kPage = 4096 };

static int is_zero(const char* bytes, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (bytes[i] != 0) return 0;
  return 1;
}

static char* map(size_t bytes, int protection) {
  return mmap(NULL, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void anonymous(void) {
  char* memory = map(10 * kPage, PROT_READ | PROT_WRITE);
  SHOW(is_zero(memory, 10 * kPage));
  memset(memory, 'x', 10 * kPage);
  SHOW(munmap(memory + 3 * kPage, 2 * kPage));
  SHOW(munmap(memory + 3 * kPage, 2 * kPage));
  SHOW(madvise(memory, 10 * kPage, MADV_DONTNEED));
  SHOW(is_zero(memory, 3 * kPage));
  memory[0] = 1;
  SHOW(mprotect(memory, kPage, PROT_READ));
  SHOW(memory[0]);
  SHOW(mprotect(memory, 10 * kPage, PROT_READ));
  SHOW(mprotect(memory + 1, kPage, PROT_READ));
  SHOW(mprotect(memory, kPage, 99));
  SHOW(mprotect(memory, kPage, PROT_READ | PROT_WRITE));
  memory[0] = 2;
  SHOW(read(0, NULL, 0) == -1 ? 0 : 0);
  SHOW(mmap(memory + 3 * kPage, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == memory + 3 * kPage);
  SHOW(mmap(memory, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED ? -1 : 0);
  SHOW(is_zero(memory + 3 * kPage, 2 * kPage));
  unsigned char resident[10];
  SHOW(mincore(memory, kPage, resident));
  SHOW(mincore(memory + 1, kPage, resident));
  SHOW(msync(memory, kPage, MS_SYNC));
  SHOW(mlock(memory, kPage));
  SHOW(munmap(memory, 10 * kPage));
  SHOW(munmap(memory + 1, kPage));
  SHOW(munmap(memory, 0));
  SHOW(msync(memory, kPage, MS_SYNC));
  SHOW(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
  SHOW(mmap(NULL, kPage, PROT_READ, MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
  SHOW(mmap(NULL, (size_t)1 << 62, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
  SHOW(mmap(NULL, kPage, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED ? -1 : 0);
}

static void moving(void) {
  char* memory = map(4 * kPage, PROT_READ | PROT_WRITE);
  for (int i = 0; i < 4; i++) memory[i * kPage] = (char)('a' + i);
  char* behind = map(kPage, PROT_READ);
  SHOW_OK(behind);
  char* grown = mremap(memory, 4 * kPage, 400 * kPage, MREMAP_MAYMOVE);
  SHOW(grown[0] == 'a' && grown[3 * kPage] == 'd' && grown[399 * kPage] == 0);
  SHOW(mremap(grown, 400 * kPage, 2 * kPage, 0) == grown);
  SHOW(grown[kPage]);
  SHOW(mremap(grown + 1, kPage, kPage, 0) == MAP_FAILED ? -1 : 0);
  SHOW(mremap(grown, 8 * kPage, 16 * kPage, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
  SHOW(mremap(grown, kPage, 0, 0) == MAP_FAILED ? -1 : 0);
  SHOW(munmap(grown, 2 * kPage));
}

static void files(void) {
  int file = open("m", O_RDWR | O_CREAT | O_TRUNC, 0600);
  for (int i = 0; i < 3 * kPage / 16; i++) dprintf(file, "%015d\n", i);
  char* memory = mmap(NULL, 3 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  printf("%.15s %.15s\n", memory, memory + 2 * kPage);
  memory[0] = '!';
  char first = 0;
  SHOW(pread(file, &first, 1, 0));
  SHOW(first);
  char* second = mmap(NULL, kPage, PROT_READ, MAP_SHARED, file, kPage);
  printf("%.15s\n", second);
  SHOW(mmap(NULL, kPage, PROT_READ, MAP_PRIVATE, file, 100) == MAP_FAILED ? -1 : 0);
  SHOW(munmap(memory, 3 * kPage));
  SHOW(munmap(second, kPage));
  SHOW(ftruncate(file, 100));
  memory = mmap(NULL, kPage, PROT_READ, MAP_PRIVATE, file, 0);
  SHOW(is_zero(memory + 100, kPage - 100));
  close(file);
  file = open("m", O_WRONLY);
  SHOW(mmap(NULL, kPage, PROT_READ, MAP_PRIVATE, file, 0) == MAP_FAILED ? -1 : 0);
  close(file);
  SHOW(unlink("m"));
  int pipe_ends[2];
  SHOW(pipe(pipe_ends));
  SHOW(mmap(NULL, kPage, PROT_READ, MAP_PRIVATE, pipe_ends[0], 0) == MAP_FAILED ? -1 : 0);
}

static void executable(void) {
  const unsigned char code[] = {0xb8, 0x2a, 0, 0, 0, 0xc3};  // mov $42, %eax; ret
  unsigned char* memory = mmap(NULL, kPage, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(memory, code, sizeof(code));
  SHOW(mprotect(memory, kPage, PROT_READ | PROT_EXEC));
  SHOW(((int (*)(void))(uintptr_t)memory)());
  SHOW(write(1, memory, 0));
  SHOW(munmap(memory, kPage));
}

static void breaks(void) {
  char* start = sbrk(0);
  SHOW(sbrk(100000) == start);
  SHOW(is_zero(start, 100000));
  memset(start, 'b', 100000);
  SHOW(sbrk(-100000) == start + 100000);
  SHOW(sbrk(100000) == start);
  SHOW(sbrk(0) == start + 100000);
  SHOW(syscall(SYS_brk, 0) == (long)(start + 100000));
  SHOW(syscall(SYS_brk, 1) == (long)(start + 100000));
}

static void allocation(void) {
  unsigned sum = 0;
  char* blocks[200];
  for (unsigned round = 0; round < 20; round++) {
    for (unsigned i = 0; i < 200; i++) {
      const size_t bytes = 1 + (i * 7919 + round * 104729) % 300000;
      blocks[i] = malloc(bytes);
      memset(blocks[i], (int)i, bytes);
    }
    for (unsigned i = 0; i < 200; i += 2) free(blocks[i]);
    for (unsigned i = 1; i < 200; i += 2) blocks[i] = realloc(blocks[i], 1000 + i);
    for (unsigned i = 1; i < 200; i += 2) {
      sum += (unsigned char)blocks[i][0];
      free(blocks[i]);
    }
  }
  printf("sum %u\n", sum);
}

int main(void) {
  enter_directory();
  anonymous();
  moving();
  files();
  executable();
#ifdef __GLIBC__
  breaks();  // musl's sbrk only answers sbrk(0)
#else
  (void)breaks;
#endif
  allocation();
  leave_directory();
  return 0;
}
