// SPDX-License-Identifier: GPL-2.0-or-later
// A lock between the threads that are inside one service. Holders never wait for long while they hold it, so a thread
// that finds it held yields a few times, and then sleeps a little: the holder may have a lower priority.
//
// When a thread faults while it holds the lock, its request ends with ServerFault, and the next one to lock learns of
// it (as from a robust mutex of POSIX, EOWNERDEAD): it repairs what the lock guards, or, where nobody has said how,
// each request that needs the lock ends with ServerFault, until somebody makes the service anew.
#pragma once
#include <cstdint>

#include "userland/runtime/clock.h"
#include "userland/runtime/kernel.h"

namespace hop {

class Mutex {
 public:
  /// Makes whole what the mutex guards, whose last holder has faulted somewhere in the middle. It is called with the
  /// mutex held.
  using Repair = void (*)();

  constexpr Mutex() = default;
  explicit constexpr Mutex(Repair repair) : repair_(repair) {}
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  void lock();
  void unlock();

  /// Of all mutexes: those that are held by whoever runs, or ran, on the stack of this address have lost their holder.
  static void abandon_all_of(uint64_t stack_pointer);

 private:
  static constexpr uint32_t kFree = 0, kHeld = 1, kAbandoned = 2;
  static constexpr uint32_t kWatched = 256;
  static Mutex* held[kWatched];  ///< those that are held (more than so many are not watched)
  bool try_lock();
  void watch();

  uint32_t state_ = kFree;
  uint32_t place_ = kWatched;  ///< in `held`
  uint64_t holder_ = 0;        ///< an address of its stack
  Repair repair_ = nullptr;
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
