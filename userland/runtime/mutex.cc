// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/runtime/mutex.h"

#include "userland/runtime/stacks.h"

namespace hop {

constinit Mutex* Mutex::held[kWatched] = {};

/// Finds a place in `held`, beginning at one that others are not likely to want.
void Mutex::watch() {
  const auto first = static_cast<uint32_t>(holder_ >> 12);
  place_ = kWatched;
  for (uint32_t i = 0; i < kWatched && place_ == kWatched; ++i) {
    const uint32_t place = (first + i) % kWatched;
    Mutex* nobody = nullptr;
    const bool is_mine =
        __atomic_compare_exchange_n(&held[place], &nobody, this, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
    if (is_mine) place_ = place;
  }
}

bool Mutex::try_lock() {
  uint32_t seen = __atomic_load_n(&state_, __ATOMIC_RELAXED);
  if (seen == kHeld || !__atomic_compare_exchange_n(&state_, &seen, kHeld, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
    return false;
  }
  holder_ = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
  watch();
  if (seen != kAbandoned) return true;
  if (repair_ == nullptr) __builtin_trap();  // the recovery ends this request, and abandons the lock once more
  repair_();
  return true;
}

void Mutex::lock() {
  constexpr unsigned kYields = 4;
  constexpr uint64_t kNap = 2'000;
  for (unsigned tries = 0; !try_lock(); ++tries) {
    if (tries < kYields) {
      kernel::thread_yield();
    } else {
      kernel::thread_sleep(clock_ticks() + kNap);
    }
  }
}

void Mutex::unlock() {
  if (place_ != kWatched) __atomic_store_n(&held[place_], nullptr, __ATOMIC_RELEASE);
  __atomic_store_n(&state_, kFree, __ATOMIC_RELEASE);
}

void Mutex::abandon_all_of(uint64_t stack_pointer) {
  for (Mutex*& place : held) {
    Mutex* mutex = __atomic_load_n(&place, __ATOMIC_ACQUIRE);
    if (mutex == nullptr || !is_same_stack(mutex->holder_, stack_pointer)) continue;
    __atomic_store_n(&place, nullptr, __ATOMIC_RELEASE);
    __atomic_store_n(&mutex->state_, kAbandoned, __ATOMIC_RELEASE);
  }
}

}  // namespace hop
