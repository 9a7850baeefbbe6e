// SPDX-License-Identifier: GPL-2.0-or-later
// What is to happen at some clock value. Times are absolute, so nothing drifts; of equal ones the first that was set
// comes first.
#pragma once
#include <cstdint>

#include "kernel/lib/pairing_heap.h"

namespace kernel {

constexpr uint64_t kNoDeadline = ~uint64_t{0};

class TimerQueue;
struct TimerTag;

/// Something that waits for its time. It belongs to one queue at most, for as long as it is set.
struct Timer : HeapNode<TimerTag> {
  using Expire = void (*)(Timer& timer, uint64_t now);
  explicit constexpr Timer(Expire what_happens) : expire(what_happens) {}
  Expire expire;
  uint64_t when = 0;
  uint64_t sequence = 0;
  TimerQueue* queue = nullptr;  ///< where it is set
  [[nodiscard]] bool is_set() const { return is_in_heap(); }
};

class TimerQueue {
 public:
  constexpr TimerQueue() = default;
  /// Sets it, also if it was set before; never with kNoDeadline.
  void set(Timer& timer, uint64_t when);
  /// Of whatever queue.
  static void cancel(Timer& timer);
  /// Lets all expire whose time has come, in order; what they set for a time that has come expires, too.
  void expire(uint64_t now);
  /// When the first one is due, or kNoDeadline.
  [[nodiscard]] uint64_t next() const { return heap_.top() == nullptr ? kNoDeadline : heap_.top()->when; }

 private:
  static bool comes_before(const Timer& a, const Timer& b) {
    return a.when != b.when ? a.when < b.when : a.sequence < b.sequence;
  }
  PairingHeap<Timer, TimerTag, comes_before> heap_;
  uint64_t last_sequence_ = 0;
};

}  // namespace kernel
