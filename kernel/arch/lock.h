// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's lock (decision 0010). Whoever is inside the kernel holds it, from entry to exit, so that all the
// kernel's data, and the thread blocks and frames of threads that are not running, are one CPU's at a time. A switch of
// threads happens with the lock held: who goes on gives it back. A CPU that waits for an event does not hold it.
#pragma once
#include <cstdint>

namespace kernel {

class SpinLock {
 public:
  constexpr SpinLock() = default;
  void lock() {
    while (__atomic_exchange_n(&is_held_, 1u, __ATOMIC_ACQUIRE) != 0) {
      while (__atomic_load_n(&is_held_, __ATOMIC_RELAXED) != 0) asm volatile("pause");
    }
  }
  void unlock() { __atomic_store_n(&is_held_, 0u, __ATOMIC_RELEASE); }

 private:
  uint32_t is_held_ = 0;
};

inline constinit SpinLock kernel_lock;

}  // namespace kernel
