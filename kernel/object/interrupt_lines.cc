// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/interrupt_lines.h"

namespace kernel {

namespace {
constinit InterruptLines machine_lines;

bool is_device_line(uint64_t line) {
  return line < asx::kInterruptLines && line != asx::kTimerLine;
}
}  // namespace

InterruptLines& interrupt_lines() {
  return machine_lines;
}

Status InterruptLines::bind(EventSource& event, uint64_t line) {
  if (!is_device_line(line)) return Status::Invalid;
  acquire(event);
  if (bound_[line] != nullptr) release(*bound_[line]);
  bound_[line] = &event;
  masked_ &= ~(1u << line);
  return Status::Ok;
}

Status InterruptLines::done(uint64_t line) {
  if (!is_device_line(line) || bound_[line] == nullptr) return Status::Invalid;
  masked_ &= ~(1u << line);
  return Status::Ok;
}

void InterruptLines::fire(uint32_t line) {
  if ((masked_ & (1u << line)) != 0) return;  // a frame with an older mask let it through
  masked_ |= 1u << line;                      // an unbound line stays masked: nobody could quiet it
  if (bound_[line] != nullptr) signal(*bound_[line]);
}

}  // namespace kernel
