// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/waiting.h"

#include "userland/services/linux/abi/errno.h"
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/services.h"

namespace hop::personality {

uint64_t deadline_of(const TimeSpec& span) {
  constexpr int64_t kLongest = 1'000'000'000;  // seconds: 30 years
  if (span.seconds >= kLongest) return kNoDeadline;
  return deadline_after(static_cast<uint64_t>(span.seconds) * kNanoseconds + static_cast<uint64_t>(span.nanoseconds));
}

int64_t take_deadline(uint64_t pointer, uint64_t& deadline) {
  deadline = kNoDeadline;
  if (pointer == 0) return 0;
  TimeSpec span;
  if (!read_in(pointer, span)) return kEfault;
  if (span.seconds < 0 || span.nanoseconds < 0 || span.nanoseconds >= static_cast<int64_t>(kNanoseconds))
    return kEinval;
  deadline = deadline_of(span);
  return 0;
}

bool wait_for_input(bool console, uint64_t deadline) {
  if (deadline != kNoDeadline && clock_ticks() >= deadline) return false;
  if (console) return console_call(console::Operation::WaitInput, 0, deadline).value == 0;
  if (deadline == kNoDeadline) sleep_for_ever();
  sleep_until(deadline);
  return false;
}

void sleep_until(uint64_t deadline) {
  while (clock_ticks() < deadline) kernel_call(Call::thread_sleep, deadline);
}

void sleep_for_ever() {
  const int64_t event = kernel_call(Call::event_create);
  for (;;) kernel_call(Call::event_wait, static_cast<uint64_t>(event), kNoDeadline);
}

}  // namespace hop::personality
