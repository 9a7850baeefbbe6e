// SPDX-License-Identifier: GPL-2.0-or-later
// A lock between the threads that are inside one service. Holders never wait for long while they hold it, so a thread
// that finds it held yields a few times, and then sleeps a little: the holder may have a lower priority.
#pragma once
#include <cstdint>

#include "userland/runtime/clock.h"
#include "userland/runtime/kernel.h"

namespace hop {

class Mutex {
 public:
  constexpr Mutex() = default;
  Mutex(const Mutex&) = delete;
  void lock() {
    constexpr unsigned kYields = 4;
    constexpr uint64_t kNap = 2'000;
    for (unsigned tries = 0; __atomic_exchange_n(&held_, 1u, __ATOMIC_ACQUIRE) != 0; ++tries) {
      if (tries < kYields) {
        kernel::thread_yield();
      } else {
        kernel::thread_sleep(clock_ticks() + kNap);
      }
    }
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
