// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/interrupt_lines.h"

#include "kernel/object/space.h"
#include "kernel/object/thread.h"

namespace kernel {

namespace {
constinit InterruptLines machine_lines;

bool is_device_line(uint64_t line) {
  return line < asx::kInterruptLines && line != asx::kTimerLine && line != asx::kSignalLine;
}
}  // namespace

InterruptLines& interrupt_lines() {
  return machine_lines;
}

void InterruptLines::unbind(Line& line) {
  if (line.event != nullptr) release(*line.event);
  if (line.next != nullptr) discard(*line.next);
  line = {};
}

Status InterruptLines::make_next(Line& line, uint64_t number) {
  const GateName& name = line.gate.gate;
  Space* const stack = space_table().find(line.gate.stack_space, line.gate.stack_generation);
  const asx::Gate* gate = find_gate(name);
  if (stack == nullptr || gate == nullptr) return Status::Invalid;
  Space* const code = space_table().find(name.space, name.generation);
  ThreadStart start{.code = code, .stack = stack, .rdi = number, .quota = &code->quota()};
  const Result<Thread*> thread = create_thread_in_gate(name, *gate, start);
  if (!thread) return thread.status();
  thread.value()->priority = line.gate.priority;
  line.next = thread.value();
  return Status::Ok;
}

Status InterruptLines::bind(EventSource& event, uint64_t line) {
  if (!is_device_line(line)) return Status::Invalid;
  acquire(event);
  unbind(lines_[line]);
  lines_[line].event = &event;
  masked_ &= ~(1u << line);
  return Status::Ok;
}

Status InterruptLines::bind(const InterruptGate& gate, uint64_t line) {
  if (!is_device_line(line)) return Status::Invalid;
  Line fresh;
  fresh.gate = gate;
  if (const Status status = make_next(fresh, line); status != Status::Ok) return status;
  unbind(lines_[line]);
  lines_[line] = fresh;
  masked_ &= ~(1u << line);
  return Status::Ok;
}

Status InterruptLines::done(uint64_t number) {
  if (!is_device_line(number) || !lines_[number].is_bound()) return Status::Invalid;
  Line& line = lines_[number];
  if (line.event == nullptr && line.next == nullptr) {
    if (const Status status = make_next(line, number); status != Status::Ok) return status;
  }
  masked_ &= ~(1u << number);
  return Status::Ok;
}

void InterruptLines::fire(uint32_t number) {
  if ((masked_ & (1u << number)) != 0) return;  // a frame with an older mask let it through, or another CPU took it
  masked_ |= 1u << number;                      // an unbound line stays masked: nobody could quiet it
  Line& line = lines_[number];
  if (line.event != nullptr) signal(*line.event);
  if (line.next == nullptr) return;
  scheduler().make_ready(*line.next);
  line.next = nullptr;
}

void InterruptLines::abandon_space(uint32_t id) {
  for (Line& line : lines_) {
    if (line.gate.gate.space == id || (line.gate.gate.space != 0 && line.gate.stack_space == id)) unbind(line);
  }
}

}  // namespace kernel
