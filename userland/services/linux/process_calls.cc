// SPDX-License-Identifier: GPL-2.0-or-later
// The task itself: its end, its identity, its group, its limits; prctl, futex, scheduling.
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/system_call.h"
#include "userland/services/linux/tasks.h"
#include "userland/services/linux/waiting.h"

namespace hop::personality {
namespace {

/// Three words of 32 bits, all 0: there is one user.
int64_t three_zeros(const Arguments& a) {
  constexpr uint32_t kRoot = 0;
  return write_out(a[0], kRoot) && write_out(a[1], kRoot) && write_out(a[2], kRoot) ? 0 : kEfault;
}

/// The task of a number that a call gives, 0 for the caller's own; null: there is none.
Task* named(Task& task, int32_t id) {
  return id == 0 ? &task : find_task(id);
}

int64_t set_limit(Task& task, uint32_t resource, const ResourceLimit& limit) {
  if (limit.current > limit.maximum) return kEinval;
  if (resource == kLimitFiles) {
    if (limit.maximum > FdTable::kMaximum) return kEperm;
    task.descriptors.set_limit(static_cast<uint32_t>(limit.current));
  }
  task.limits[resource] = limit;
  return 0;
}

int64_t change_limit(Task& task, uint32_t resource, uint64_t set, uint64_t get) {
  if (resource >= kResourceCount) return kEinval;
  const ResourceLimit old = task.limits[resource];
  if (set != 0) {
    ResourceLimit limit;
    if (!read_in(set, limit)) return kEfault;
    if (const int64_t error = set_limit(task, resource, limit); error < 0) return error;
  }
  return get == 0 || write_out(get, old) ? 0 : kEfault;
}

enum ProcessControl : uint32_t {
  kSetParentDeathSignal = 1,
  kGetDumpable = 3,
  kSetDumpable = 4,
  kGetKeepCapabilities = 7,
  kSetKeepCapabilities = 8,
  kSetName = 15,
  kGetName = 16,
  kReadCapabilityBound = 23,
  kSetTimerSlack = 29,
  kGetTimerSlack = 30,
  kSetNoNewPrivileges = 38,
  kGetNoNewPrivileges = 39,
};

enum ArchControl : uint32_t { kArchSetGs = 0x1001, kArchSetFs = 0x1002, kArchGetFs = 0x1003, kArchGetGs = 0x1004 };
constexpr uint64_t kFrameFs = 0, kFrameGs = 1;

int64_t wait_on_word(Task& task, const Arguments& a, bool is_absolute, bool is_realtime) {
  uint32_t value = 0;
  TimeSpec span;
  if (!read_in(a[0], value)) return kEfault;
  if (a[3] != 0) {
    if (!read_in(a[3], span)) return kEfault;
    if (span.seconds < 0 || span.nanoseconds < 0 || span.nanoseconds >= static_cast<int64_t>(kNanoseconds))
      return kEinval;
  }
  if (value != a.word(2)) return kEagain;
  if (a[3] == 0) return wait_until(task, kNoDeadline);  // nobody else could change the word
  if (!is_absolute) return wait_until(task, deadline_of(span));
  const uint64_t now = is_realtime ? wall_nanoseconds() : monotonic_nanoseconds();
  const uint64_t then = static_cast<uint64_t>(span.seconds) * kNanoseconds + static_cast<uint64_t>(span.nanoseconds);
  return then > now ? wait_until(task, deadline_after(then - now)) : kEtimedout;
}

}  // namespace

int64_t sys_exit(Task& task, const Arguments& a) {
  end_task(task, exited(a.integer(0)));
}
int64_t sys_exit_group(Task& task, const Arguments& a) {
  end_task(task, exited(a.integer(0)));
}

int64_t sys_getresuid(Task&, const Arguments& a) {
  return three_zeros(a);
}
int64_t sys_getresgid(Task&, const Arguments& a) {
  return three_zeros(a);
}

int64_t sys_getpid(Task& task, const Arguments&) {
  return task.id;
}
int64_t sys_gettid(Task& task, const Arguments&) {
  return task.id;
}
int64_t sys_set_tid_address(Task& task, const Arguments&) {
  return task.id;
}
int64_t sys_getppid(Task& task, const Arguments&) {
  return task.parent == nullptr ? kInitId : task.parent->id;
}

int64_t sys_getpgrp(Task& task, const Arguments&) {
  return task.group;
}
int64_t sys_getpgid(Task& task, const Arguments& a) {
  const Task* other = named(task, a.integer(0));
  return other == nullptr ? kEsrch : other->group;
}
int64_t sys_getsid(Task& task, const Arguments& a) {
  const Task* other = named(task, a.integer(0));
  return other == nullptr ? kEsrch : other->session;
}

/// Its own, or that of a child; to a group of the session, or one of its own (setpgid(2)).
int64_t sys_setpgid(Task& task, const Arguments& a) {
  Task* other = named(task, a.integer(0));
  if (a.integer(1) < 0) return kEinval;
  if (other == nullptr || (other != &task && other->parent != &task)) return kEsrch;
  const int32_t group = a.integer(1) == 0 ? other->id : a.integer(1);
  if (other->session != task.session || other->session == other->id) return kEperm;
  bool is_there = group == other->id;
  for (const Task* member = first_task(); member != nullptr; member = member->next)
    is_there = is_there || (member->group == group && member->session == task.session);
  if (!is_there) return kEperm;
  other->group = group;
  return 0;
}

int64_t sys_setsid(Task& task, const Arguments&) {
  for (const Task* member = first_task(); member != nullptr; member = member->next)
    if (member->group == task.id) return kEperm;
  task.group = task.session = task.id;
  return task.id;
}

int64_t sys_getrlimit(Task& task, const Arguments& a) {
  return a[1] == 0 ? kEfault : change_limit(task, a.word(0), 0, a[1]);
}
int64_t sys_setrlimit(Task& task, const Arguments& a) {
  return a[1] == 0 ? kEfault : change_limit(task, a.word(0), a[1], 0);
}
int64_t sys_prlimit64(Task& task, const Arguments& a) {
  Task* other = named(task, a.integer(0));
  return other == nullptr ? kEsrch : change_limit(*other, a.word(1), a[2], a[3]);
}

/// All capabilities, in the third version of the interface.
int64_t sys_capget(Task& task, const Arguments& a) {
  constexpr uint32_t kVersion = 0x20080522;
  struct Header {
    uint32_t version;
    int32_t process;
  } header;
  if (!read_in(a[0], header)) return kEfault;
  if (header.version != kVersion) {
    header.version = kVersion;
    if (!write_out(a[0], header)) return kEfault;
    return a[1] == 0 ? 0 : kEinval;
  }
  if (header.process != 0 && header.process != task.id) return kEsrch;
  constexpr uint32_t kLow = ~uint32_t{0}, kHigh = 0x1ff;
  constexpr uint32_t kSets[6] = {kLow, kLow, 0, kHigh, kHigh, 0};  // effective, permitted, inheritable
  return a[1] == 0 || write_out(a[1], kSets) ? 0 : kEfault;
}

int64_t sys_prctl(Task& task, const Arguments& a) {
  switch (a.word(0)) {
    case kSetName: {
      char name[16] = {};
      const int64_t length = copy_in_string(name, a[1], sizeof(name));
      if (length == kEfault) return kEfault;
      name[15] = 0;
      for (unsigned i = 0; i < sizeof(name); i++) task.name[i] = name[i];
      return 0;
    }
    case kGetName:
      return copy_out(a[1], task.name, sizeof(task.name)) ? 0 : kEfault;
    case kGetDumpable:
    case kReadCapabilityBound:
      return 1;
    case kGetTimerSlack:
      return 50'000;
    case kSetParentDeathSignal:
    case kSetDumpable:
    case kGetKeepCapabilities:
    case kSetKeepCapabilities:
    case kSetTimerSlack:
    case kSetNoNewPrivileges:
    case kGetNoNewPrivileges:
      return 0;
    default:
      return kEinval;
  }
}

/// The bases are in the frame that the return to the program will pop.
int64_t sys_arch_prctl(Task& task, const Arguments& a) {
  switch (a.word(0)) {
    case kArchSetFs:
      task.fs_base = a[1];
      return kernel_call(Call::frame_set_base, kFrameFs, a[1]);
    case kArchSetGs:
      task.gs_base = a[1];
      return kernel_call(Call::frame_set_base, kFrameGs, a[1]);
    case kArchGetFs:
      return write_out(a[1], task.fs_base) ? 0 : kEfault;
    case kArchGetGs:
      return write_out(a[1], task.gs_base) ? 0 : kEfault;
    default:
      return kEinval;
  }
}

int64_t sys_personality(Task& task, const Arguments& a) {
  constexpr uint64_t kOnlyAsk = 0xffffffff;
  const auto old = static_cast<int64_t>(task.personality_flags);
  if (a[0] != kOnlyAsk) task.personality_flags = a.word(0);
  return old;
}

/// One thread: there is never anybody to wake, and nobody who could wake it.
int64_t sys_futex(Task& task, const Arguments& a) {
  constexpr uint32_t kCommandMask = 0x7f, kRealtimeFlag = 0x100;
  enum Operation : uint32_t { kWait = 0, kWake = 1, kRequeue = 3, kCompareRequeue = 4, kWaitBits = 9, kWakeBits = 10 };
  const bool is_realtime = (a.word(1) & kRealtimeFlag) != 0;
  if (a[0] & 3) return kEinval;
  switch (a.word(1) & kCommandMask) {
    case kWait:
      return wait_on_word(task, a, false, is_realtime);
    case kWaitBits:
      return a.word(5) == 0 ? kEinval : wait_on_word(task, a, true, is_realtime);
    case kWakeBits:
      return a.word(5) == 0 ? kEinval : 0;
    case kWake:
    case kRequeue:
      return 0;
    case kCompareRequeue: {
      uint32_t value = 0;
      if (!read_in(a[0], value)) return kEfault;
      return value == a.word(5) ? 0 : kEagain;
    }
    default:
      return kEnosys;
  }
}

int64_t sys_sched_getaffinity(Task& task, const Arguments& a) {
  constexpr uint64_t kFirstProcessor = 1;
  if (a[1] < sizeof(kFirstProcessor) || a[1] % sizeof(kFirstProcessor) != 0) return kEinval;
  if (named(task, a.integer(0)) == nullptr) return kEsrch;
  return write_out(a[2], kFirstProcessor) ? static_cast<int64_t>(sizeof(kFirstProcessor)) : kEfault;
}

int64_t sys_sched_getparam(Task&, const Arguments& a) {
  constexpr int32_t kPriority = 0;
  return write_out(a[1], kPriority) ? 0 : kEfault;
}

int64_t sys_getcpu(Task&, const Arguments& a) {
  constexpr uint32_t kProcessor = 0;
  if (a[0] != 0 && !write_out(a[0], kProcessor)) return kEfault;
  return a[1] == 0 || write_out(a[1], kProcessor) ? 0 : kEfault;
}

}  // namespace hop::personality
