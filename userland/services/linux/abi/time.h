// SPDX-License-Identifier: GPL-2.0-or-later
// Linux's structures of time and resources, x86-64 (uapi/linux/time.h, resource.h, sysinfo.h, utsname.h).
#pragma once
#include <cstdint>

namespace hop::personality {

constexpr uint64_t kNanoseconds = 1'000'000'000;

struct TimeSpec {
  int64_t seconds, nanoseconds;
};
struct TimeValue {
  int64_t seconds, microseconds;
};
struct TimeZone {
  int32_t minutes_west, summer_time;
};
struct IntervalTimer {
  TimeValue interval, value;
};
struct ProcessTimes {
  int64_t user, system, children_user, children_system;
};

enum ClockId : uint64_t {
  kClockRealtime = 0,
  kClockMonotonic = 1,
  kClockProcess = 2,
  kClockThread = 3,
  kClockMonotonicRaw = 4,
  kClockRealtimeCoarse = 5,
  kClockMonotonicCoarse = 6,
  kClockBoot = 7,
  kClockRealtimeAlarm = 8,
  kClockBootAlarm = 9,
  kClockTai = 11,
};
constexpr uint64_t kTimerAbsolute = 1;

struct ResourceUsage {
  TimeValue user, system;
  int64_t maximum_resident, shared, data, stack, minor_faults, major_faults, swaps, blocks_in, blocks_out;
  int64_t messages_out, messages_in, signals, voluntary_switches, involuntary_switches;
};
static_assert(sizeof(ResourceUsage) == 144);

struct SystemInformation {
  int64_t uptime;
  uint64_t loads[3], total_memory, free_memory, shared_memory, buffers, total_swap, free_swap;
  uint16_t processes, padding0;
  uint32_t padding1;
  uint64_t total_high, free_high;
  uint32_t unit, padding2;
};
static_assert(sizeof(SystemInformation) == 112);

constexpr uint64_t kNameLength = 65;
struct SystemNames {
  char system[kNameLength], node[kNameLength], release[kNameLength], version[kNameLength], machine[kNameLength],
      domain[kNameLength];
};

constexpr uint32_t kResourceCount = 16;
constexpr uint64_t kInfinity = ~uint64_t{0};
enum Resource : uint32_t {
  kLimitStack = 3,
  kLimitCore = 4,
  kLimitProcesses = 6,
  kLimitFiles = 7,
  kLimitLocked = 8,
  kLimitNice = 13,
  kLimitRealtime = 14
};
struct ResourceLimit {
  uint64_t current, maximum;
};

}  // namespace hop::personality
