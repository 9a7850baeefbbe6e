// SPDX-License-Identifier: GPL-2.0-or-later
// A lock between the threads that are inside one service. A thread that finds it held yields: holders never wait
// for long while they hold it.
#pragma once
#include <cstdint>

#include "userland/runtime/kernel.h"

namespace hop {

class Mutex {
 public:
  constexpr Mutex() = default;
  Mutex(const Mutex&) = delete;
  void lock() {
    while (__atomic_exchange_n(&held_, 1u, __ATOMIC_ACQUIRE) != 0) kernel::thread_yield();
  }
  void unlock() { __atomic_store_n(&held_, 0u, __ATOMIC_RELEASE); }

 private:
  uint32_t held_ = 0;
};

/// Holds a mutex for a scope.
class Guard {
 public:
  explicit Guard(Mutex& mutex) : mutex_(mutex) { mutex_.lock(); }
  ~Guard() { mutex_.unlock(); }
  Guard(const Guard&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace hop
