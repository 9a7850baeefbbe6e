// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/userland/host_heap.h"

#include <cstdlib>

#include "userland/runtime/heap.h"
#include "userland/runtime/pages.h"
#include "userland/services/files/content.h"

namespace {
int64_t live = 0;
int64_t remaining = -1;
int64_t file_limit = -1;
}  // namespace

namespace test {
int64_t live_blocks() {
  return live;
}
void fail_allocation_after(int64_t count) {
  remaining = count;
}
void limit_files(int64_t bytes) {
  file_limit = bytes;
}
}  // namespace test

namespace hop {

void* allocate(size_t bytes) {
  if (remaining == 0) return nullptr;
  if (remaining > 0) --remaining;
  ++live;
  return std::malloc(bytes);
}

void release(void* block) {
  if (block != nullptr) --live;
  std::free(block);
}

void* map_pages(size_t bytes) {
  if (remaining == 0) return nullptr;
  if (remaining > 0) --remaining;
  ++live;
  return std::calloc(1, bytes);
}

void unmap_pages(void* pages, size_t) {
  release(pages);
}

bool files::has_room_for(uint64_t bytes) {
  return file_limit < 0 || bytes <= static_cast<uint64_t>(file_limit);
}

}  // namespace hop
