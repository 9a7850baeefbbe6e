// SPDX-License-Identifier: GPL-2.0-or-later
// Time: the wall clock (seeded by the host at the start) and the virtual clock, in which all waiting is done.
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/system_call.h"
#include "userland/services/linux/tasks.h"
#include "userland/services/linux/waiting.h"

namespace hop::personality {
namespace {

constexpr uint64_t kMicrosecond = 1000;
constexpr uint64_t kClockTick = 10'000'000;  // nanoseconds: 100 a second, as AT_CLKTCK says

uint64_t task_nanoseconds(const Task& task) {
  return ticks_to_nanoseconds(clock_ticks() - task.start_ticks);
}

/// EINVAL for a clock that is not there.
int64_t read_clock(const Task& task, uint64_t clock, uint64_t& nanoseconds) {
  switch (clock) {
    case kClockRealtime:
    case kClockRealtimeCoarse:
    case kClockRealtimeAlarm:
    case kClockTai:
      nanoseconds = wall_nanoseconds();
      return 0;
    case kClockMonotonic:
    case kClockMonotonicRaw:
    case kClockMonotonicCoarse:
    case kClockBoot:
    case kClockBootAlarm:
      nanoseconds = monotonic_nanoseconds();
      return 0;
    case kClockProcess:
    case kClockThread:
      nanoseconds = task_nanoseconds(task);
      return 0;
    default:
      break;
  }
  // Negative numbers are the CPU clocks of processes and threads; the task knows its own (pid 0 or its own).
  const auto number = static_cast<int32_t>(clock);
  const int32_t process = ~(number >> 3);
  if (number >= 0 || (number & 3) == 3 || (process != 0 && process != task.id)) return kEinval;
  nanoseconds = task_nanoseconds(task);
  return 0;
}

TimeSpec to_spec(uint64_t nanoseconds) {
  return {static_cast<int64_t>(nanoseconds / kNanoseconds), static_cast<int64_t>(nanoseconds % kNanoseconds)};
}
TimeValue to_value(uint64_t nanoseconds) {
  return {static_cast<int64_t>(nanoseconds / kNanoseconds),
          static_cast<int64_t>(nanoseconds % kNanoseconds / kMicrosecond)};
}

int64_t take_span(uint64_t pointer, TimeSpec& span) {
  if (!read_in(pointer, span)) return kEfault;
  return span.seconds < 0 || span.nanoseconds < 0 || span.nanoseconds >= static_cast<int64_t>(kNanoseconds) ? kEinval
                                                                                                            : 0;
}

/// `left`: where the program wants to know what is left when a signal comes, or 0.
int64_t sleep_for(Task& task, const TimeSpec& span, uint64_t left) {
  const uint64_t deadline = deadline_of(span);
  if (wait_until(task, deadline) == kEtimedout) return 0;
  const uint64_t now = clock_ticks();
  const uint64_t rest = deadline > now ? ticks_to_nanoseconds(deadline - now) : 0;
  return left == 0 || write_out(left, to_spec(rest)) ? kEintr : kEfault;
}

}  // namespace

int64_t sys_time(Task&, const Arguments& a) {
  const auto seconds = static_cast<int64_t>(wall_nanoseconds() / kNanoseconds);
  return a[0] != 0 && !write_out(a[0], seconds) ? kEfault : seconds;
}

int64_t sys_gettimeofday(Task&, const Arguments& a) {
  if (a[0] != 0 && !write_out(a[0], to_value(wall_nanoseconds()))) return kEfault;
  if (a[1] != 0 && !write_out(a[1], TimeZone{0, 0})) return kEfault;
  return 0;
}

int64_t sys_clock_gettime(Task& task, const Arguments& a) {
  uint64_t nanoseconds = 0;
  if (const int64_t error = read_clock(task, a.word(0), nanoseconds); error < 0) return error;
  return write_out(a[1], to_spec(nanoseconds)) ? 0 : kEfault;
}

int64_t sys_clock_getres(Task& task, const Arguments& a) {
  uint64_t nanoseconds = 0;
  if (const int64_t error = read_clock(task, a.word(0), nanoseconds); error < 0) return error;
  return a[1] == 0 || write_out(a[1], TimeSpec{0, 1}) ? 0 : kEfault;
}

int64_t sys_nanosleep(Task& task, const Arguments& a) {
  TimeSpec span;
  const int64_t error = take_span(a[0], span);
  return error < 0 ? error : sleep_for(task, span, a[1]);
}

int64_t sys_clock_nanosleep(Task& task, const Arguments& a) {
  uint64_t now = 0;
  TimeSpec span;
  if (a.word(0) == kClockThread) return kEinval;
  if (const int64_t error = read_clock(task, a.word(0), now); error < 0) return error;
  if (const int64_t error = take_span(a[2], span); error < 0) return error;
  if ((a[1] & kTimerAbsolute) == 0) return sleep_for(task, span, a[3]);
  const TimeSpec present = to_spec(now);
  TimeSpec left = {span.seconds - present.seconds, span.nanoseconds - present.nanoseconds};
  if (left.nanoseconds < 0) {
    left.nanoseconds += static_cast<int64_t>(kNanoseconds);
    left.seconds--;
  }
  return left.seconds < 0 ? 0 : sleep_for(task, left, 0);
}

int64_t sys_times(Task& task, const Arguments& a) {
  const ProcessTimes times = {static_cast<int64_t>(task_nanoseconds(task) / kClockTick), 0, 0, 0};
  if (a[0] != 0 && !write_out(a[0], times)) return kEfault;
  return static_cast<int64_t>(monotonic_nanoseconds() / kClockTick);
}

int64_t sys_getrusage(Task& task, const Arguments& a) {
  constexpr int32_t kSelfUsage = 0, kChildren = -1, kThreadUsage = 1;
  const int32_t who = a.integer(0);
  if (who != kSelfUsage && who != kChildren && who != kThreadUsage) return kEinval;
  ResourceUsage usage = {};
  if (who != kChildren) {
    usage.user = to_value(task_nanoseconds(task));
    usage.maximum_resident = static_cast<int64_t>(
        (task.memory->image.ranges().total_bytes() + task.memory->heap.ranges().total_bytes()) / 1024);
  }
  return write_out(a[1], usage) ? 0 : kEfault;
}

namespace {

constexpr uint32_t kRealTimer = 0;

uint64_t nanoseconds_of(const TimeValue& value) {
  return static_cast<uint64_t>(value.seconds) * kNanoseconds + static_cast<uint64_t>(value.microseconds) * kMicrosecond;
}

bool is_time(const TimeValue& value) {
  return value.seconds >= 0 && value.microseconds >= 0 && value.microseconds < 1'000'000;
}

IntervalTimer alarm_of(const Task& task) {
  if (task.alarm_ticks == Task::kNoAlarm) return {};
  const uint64_t now = clock_ticks();
  const uint64_t left = task.alarm_ticks > now ? task.alarm_ticks - now : 1;
  return {to_value(ticks_to_nanoseconds(task.alarm_interval)), to_value(ticks_to_nanoseconds(left))};
}

void set_alarm(Task& task, uint64_t nanoseconds, uint64_t interval) {
  const uint64_t now = clock_ticks();
  task.alarm_ticks = nanoseconds == 0 ? Task::kNoAlarm : deadline_after(nanoseconds);
  task.alarm_interval = interval == 0 ? 0 : deadline_after(interval) - now;
  kernel_call(Call::event_signal, house_event());
}

}  // namespace

/// The timers of CPU time are accepted and never fire (README).
int64_t sys_setitimer(Task& task, const Arguments& a) {
  if (a.word(0) > 2) return kEinval;
  const IntervalTimer old = a.word(0) == kRealTimer ? alarm_of(task) : IntervalTimer{};
  if (a[1] != 0) {
    IntervalTimer timer;
    if (!read_in(a[1], timer)) return kEfault;
    if (!is_time(timer.value) || !is_time(timer.interval)) return kEinval;
    if (a.word(0) == kRealTimer) set_alarm(task, nanoseconds_of(timer.value), nanoseconds_of(timer.interval));
  }
  return a[2] == 0 || write_out(a[2], old) ? 0 : kEfault;
}

int64_t sys_getitimer(Task& task, const Arguments& a) {
  if (a.word(0) > 2) return kEinval;
  return write_out(a[1], a.word(0) == kRealTimer ? alarm_of(task) : IntervalTimer{}) ? 0 : kEfault;
}

/// Seconds, rounded up: an alarm that is still to come is never 0.
int64_t sys_alarm(Task& task, const Arguments& a) {
  const TimeValue left = alarm_of(task).value;
  set_alarm(task, a.word(0) * kNanoseconds, 0);
  return left.seconds + (left.microseconds != 0 ? 1 : 0);
}

}  // namespace hop::personality
