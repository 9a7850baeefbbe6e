// SPDX-License-Identifier: GPL-2.0-or-later
// Interrupt lines, and what becomes of their asking: a line signals an event source, or starts a thread in a driver's
// gate. Lines are level-triggered: one that has asked stays masked until its driver says that it has been served.
//
// The thread is made before it is wanted, with its stack of the gate's pool, when the line is bound and at each
// interrupt_done: an interrupt itself cannot fail, and costs the time to make a thread ready. A driver with nothing to
// do has no thread that runs or waits.
#pragma once
#include "isa-ext/abi/event.h"
#include "kernel/object/event_source.h"
#include "kernel/object/gate_table.h"

namespace kernel {

class Space;
struct Thread;

/// Where the threads of a line begin.
struct InterruptGate {
  GateName gate;
  uint32_t stack_space = 0, stack_generation = 0;
  uint32_t priority = 0;  ///< the threads' own
};

class InterruptLines {
 public:
  constexpr InterruptLines() = default;
  /// Binds a line; an earlier binding ends. Invalid: no such line, or the timer's.
  Status bind(EventSource& event, uint64_t line);
  /// The same, to a gate, and the line's number in RDI. TryAgain: the gate's pool has no stack left; OutOfMemory.
  Status bind(const InterruptGate& gate, uint64_t line);
  /// Lets a line ask again. Invalid; what making the next thread fails with: the line stays masked.
  Status done(uint64_t line);
  /// A line has asked: masks it, and signals its event source or starts its thread.
  void fire(uint32_t line);
  /// A space has died: lines whose threads were to begin in it, or stand on it, are bound to nothing.
  void abandon_space(uint32_t id);
  /// Events that lines are bound to.
  template <typename Visit>
  void for_each_event(Visit&& visit) const {
    for (const Line& line : lines_) {
      if (line.event != nullptr) visit(*line.event);
    }
  }
  /// Lines held back; the event mask of every thread outside the kernel.
  [[nodiscard]] uint32_t masked() const { return masked_; }

 private:
  struct Line {
    EventSource* event = nullptr;
    InterruptGate gate;      ///< gate.space 0: none
    Thread* next = nullptr;  ///< made, and not yet started
    [[nodiscard]] bool is_bound() const { return event != nullptr || gate.gate.space != 0; }
  };
  static Status make_next(Line& line, uint64_t number);
  static void unbind(Line& line);

  Line lines_[asx::kInterruptLines];
  uint32_t masked_ = 0;
};

[[nodiscard]] InterruptLines& interrupt_lines();

}  // namespace kernel
