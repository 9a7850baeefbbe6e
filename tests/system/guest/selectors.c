// SPDX-License-Identifier: GPL-2.0-or-later
// A Linux program that tries what it can reach.
//   selectors rights           what tsel says of all 65,536 selectors
//   selectors all              every selector by real reads, writes and fetches; needs the personality of resuming_fault.cc
//   selectors read|write|fetch HEX   one real access; says so if it lives
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

uint64_t read_at(uint64_t address);
uint64_t write_at(uint64_t address);
uint64_t fetch_at(uint64_t address);
uint64_t rights_at(uint64_t address);
void return_here(void);

typedef uint64_t (*Access)(uint64_t);

enum { kSelectors = 65536, kCauses = 64 };
enum { kMessageOffset = 0x20098000 };  // userland/services/linux/layout.h
static const uint64_t kOffsetMask = ((uint64_t)1 << 48) - 1;
static const uint32_t kVectorPageFault = 14, kVectorAddressSpace = 24;

static char static_data[4096];

static void show_rights(void) {
  for (uint32_t selector = 0; selector < kSelectors; ++selector) {
    const uint64_t rights = rights_at((uint64_t)selector << 48);
    if (rights != 0) printf(" %04x=%x", selector, (unsigned)rights);
  }
  printf("\n");
}

/// Tries an access through every selector, at each of the places, until one of them is reached.
static void sweep(const char* name, Access access, const uint64_t* places, int place_count) {
  uint32_t causes[kCauses] = {0}, page_faults = 0, others = 0;
  printf("%s reaches:", name);
  for (uint32_t selector = 0; selector < kSelectors; ++selector) {
    uint64_t fault = 1;
    for (int i = 0; i < place_count && fault != 0; ++i) {
      fault = access((uint64_t)selector << 48 | (places[i] & kOffsetMask));
      if (fault >> 32 == kVectorAddressSpace) break;  // refused for the selector: the place does not matter
    }
    if (fault == 0) printf(" %04x", selector);
    else if (fault >> 32 == kVectorAddressSpace) ++causes[fault & (kCauses - 1)];
    else if (fault >> 32 == kVectorPageFault) ++page_faults;
    else ++others;
  }
  printf("\n%s is refused:", name);
  for (int cause = 0; cause < kCauses; ++cause)
    if (causes[cause] != 0) printf(" cause %d %u times", cause, causes[cause]);
  printf("; page faults %u, others %u\n", page_faults, others);
}

int main(int argc, char** argv) {
  char on_stack[4096];
  char* on_heap = malloc(4096);
  char* mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const uint64_t places[] = {(uintptr_t)static_data, (uintptr_t)on_stack, (uintptr_t)on_heap, (uintptr_t)mapped,
                             kMessageOffset};
  const uint64_t code[] = {(uintptr_t)&return_here};
  const int place_count = sizeof places / sizeof places[0];

  if (argc == 2 && strcmp(argv[1], "rights") == 0) {
    show_rights();
  } else if (argc == 2 && strcmp(argv[1], "all") == 0) {
    sweep("read", read_at, places, place_count);
    sweep("write", write_at, places, place_count);
    sweep("fetch", fetch_at, code, 1);
    show_rights();
  } else if (argc == 3) {
    const uint32_t selector = strtoul(argv[2], NULL, 16);
    const uint64_t place = argv[1][0] == 'f'     ? code[0]
                           : selector == 0x8000 ? places[1]
                           : selector == 0x8002 ? places[2]
                           : selector == 0x8003 ? places[4]
                                                : places[0];
    const Access access = argv[1][0] == 'f' ? fetch_at : argv[1][0] == 'r' ? read_at : write_at;
    access((uint64_t)selector << 48 | (place & kOffsetMask));
    printf("%s %s\n", argv[1], argv[2]);
  } else {
    return 2;
  }
  return 0;
}
