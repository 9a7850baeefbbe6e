// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/platform/guest_memory.h"

#include <sys/mman.h>

#include <cerrno>

namespace emu {

Result<GuestMemory> GuestMemory::create(uint64_t size) {
  void* base = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) {
    return Error{"the host has no room for " + std::to_string(size >> 20) + " MiB of guest memory: " + strerror(errno)};
  }
  return GuestMemory(static_cast<std::byte*>(base), size);
}

GuestMemory::GuestMemory(GuestMemory&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)), size_(std::exchange(other.size_, 0)) {}

GuestMemory::~GuestMemory() {
  if (base_ != nullptr) munmap(base_, size_);
}

}  // namespace emu
