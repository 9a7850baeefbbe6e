// SPDX-License-Identifier: GPL-2.0-or-later
// Threads that have ended and that nobody names any more, kept whole, with both stacks, for those that are made next:
// most threads are short, and what is the same in all of them need not be written again (Bonwick, USENIX 1994).
// Nobody is charged for a thread in stock, and they go back when memory is short.
#pragma once
#include <cstdint>

namespace kernel {

struct Thread;

class ThreadStock {
 public:
  static constexpr uint32_t kMost = 16;

  constexpr ThreadStock() = default;
  [[nodiscard]] bool has_room() const { return count_ < kMost; }
  /// A thread as reset() leaves it (thread.cc).
  void put(Thread& thread);
  /// nullptr: there is none.
  [[nodiscard]] Thread* take();

 private:
  Thread* first_ = nullptr;
  uint32_t count_ = 0;
};

/// Gives back all the memory that is in stock. Returns whether there was any.
bool empty_thread_stock();

}  // namespace kernel
