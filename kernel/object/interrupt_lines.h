// SPDX-License-Identifier: GPL-2.0-or-later
// Interrupt lines and the event sources they signal. Lines are level-triggered: a line that fired stays masked until
// its driver says that it has been served.
#pragma once
#include "isa-ext/abi/event.h"
#include "kernel/object/event_source.h"

namespace kernel {

class InterruptLines {
 public:
  constexpr InterruptLines() = default;
  /// Binds a line; an earlier binding ends. Invalid: no such line, or the timer's.
  Status bind(EventSource& event, uint64_t line);
  /// Lets a line ask again. Invalid.
  Status done(uint64_t line);
  /// A line has asked: masks it and signals its event source.
  void fire(uint32_t line);
  /// Lines held back; the event mask of every thread outside the kernel.
  [[nodiscard]] uint32_t masked() const { return masked_; }

 private:
  EventSource* bound_[asx::kInterruptLines] = {};
  uint32_t masked_ = 0;
};

[[nodiscard]] InterruptLines& interrupt_lines();

}  // namespace kernel
