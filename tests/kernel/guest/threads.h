// SPDX-License-Identifier: GPL-2.0-or-later
// Threads of a test.
#pragma once
#include <cstdint>

namespace guest {

/// Stacks there are for threads that run at the same time.
constexpr unsigned kThreadStacks = 8;

/// The gate of such threads (made at the first use): it calls the function in RDI with RSI.
[[nodiscard]] uint16_t thread_gate();

/// Starts function(argument) in a thread of its own. Its selector is dropped at once.
void start_thread(void (*function)(uint64_t), uint64_t argument);

/// Threads that have done their work still have a few instructions to go: lets them.
void let_them_end();

/// An event source of the kernel.
class Event {
 public:
  Event();
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  void signal() const;
  /// Waits until it has been signalled so often, all in all.
  void wait(uint64_t times) const;
  [[nodiscard]] uint16_t selector() const { return selector_; }

 private:
  uint16_t selector_;
};

}  // namespace guest
