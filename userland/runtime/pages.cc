// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/runtime/pages.h"

#include "isa-ext/abi/address.h"
#include "userland/runtime/kernel.h"

extern "C" {
extern char __executable_start[];
int64_t probe_byte(void* to);
}

namespace hop {

namespace {

// Above the image's base. A page lies unmapped between two ranges, so that no range is ever cut in two: giving one
// back cannot fail.
constexpr uint64_t kPageArea = 0x1000'0000'0000, kPageAreaSize = uint64_t{1} << 46;

uint64_t reserved = 0;

uint64_t whole_pages(uint64_t bytes) {
  return (bytes + asx::kPageMask) & ~asx::kPageMask;
}

}  // namespace

bool commit_pages(uint64_t start, uint64_t bytes) {
  for (uint64_t at = start; at < start + bytes; at += asx::kPageSize) {
    if (probe_byte(reinterpret_cast<void*>(at)) != 0) return false;
  }
  return true;
}

void* map_pages(size_t bytes) {
  if (bytes == 0 || bytes > kPageAreaSize / 2) return nullptr;
  const uint64_t size = whole_pages(bytes);
  const uint64_t place = __atomic_fetch_add(&reserved, size + asx::kPageSize, __ATOMIC_RELAXED);
  if (place > kPageAreaSize - size) return nullptr;
  const uint64_t start = reinterpret_cast<uint64_t>(__executable_start) + kPageArea + place;
  if (kernel::space_map(kSelf, start, size, kProtectRead | kProtectWrite).is_error()) return nullptr;
  auto* pages = reinterpret_cast<void*>(start);
  if (commit_pages(start, size)) return pages;
  unmap_pages(pages, size);
  return nullptr;
}

void unmap_pages(void* pages, size_t bytes) {
  kernel::space_unmap(kSelf, reinterpret_cast<uint64_t>(pages), whole_pages(bytes));
}

}  // namespace hop
