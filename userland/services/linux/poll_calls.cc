// SPDX-License-Identifier: GPL-2.0-or-later
// poll and select.
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/system_call.h"
#include "userland/services/linux/task.h"
#include "userland/services/linux/waiting.h"

namespace hop::personality {
namespace {

/// What a waiting call looks at. Returns the number of ready descriptors or an error; waits_for_console is set if
/// console input is among what was asked for.
struct Watch {
  Task& task;
  bool waits_for_console = false;

  /// Of the events asked for (errors and hang-ups always), those that hold.
  [[nodiscard]] int16_t look(int32_t descriptor, int16_t events) {
    OpenFile* file = task.descriptors.get(static_cast<uint32_t>(descriptor));
    if (file == nullptr) return kPollInvalid;
    if (file->is_console() && (events & kPollIn)) waits_for_console = true;
    const auto ready = file->readiness();
    return static_cast<int16_t>(ready & (events | kPollError | kPollHangUp));
  }
  /// Until something may have changed. A signal interrupts the call for good, whatever its action says (signal(7)).
  [[nodiscard]] int64_t wait(uint64_t deadline) const {
    if (waits_for_console) ask_for_console_input();
    const int64_t result = wait_in(poll_queue(), task, deadline);
    return result == kErestartsys ? kEintr : result;
  }
};

int64_t poll_once(Watch& watch, uint64_t pointer, uint64_t count) {
  int64_t ready = 0;
  for (uint64_t i = 0; i < count; i++) {
    PollEntry entry;
    if (!read_in(pointer + i * sizeof(PollEntry), entry)) return kEfault;
    entry.returned = entry.descriptor < 0 ? int16_t{0} : watch.look(entry.descriptor, entry.events);
    if (entry.returned != 0) ready++;
    if (!write_out(pointer + i * sizeof(PollEntry), entry)) return kEfault;
  }
  return ready;
}

int64_t poll_until(Task& task, uint64_t pointer, uint64_t count, uint64_t deadline) {
  if (count > task.descriptors.limit()) return kEinval;
  for (;;) {
    Watch watch{task};
    const int64_t ready = poll_once(watch, pointer, count);
    if (ready != 0) return ready;
    if (const int64_t error = watch.wait(deadline); error < 0) return error == kEtimedout ? 0 : error;
  }
}

constexpr uint32_t kSetWords = FdTable::kMaximum / 64;
struct DescriptorSet {
  uint64_t words[kSetWords] = {};
  [[nodiscard]] bool has(uint32_t number) const { return (words[number / 64] >> (number % 64)) & 1; }
  void add(uint32_t number) { words[number / 64] |= uint64_t{1} << (number % 64); }
};

/// The three sets of select: readable, writable, exceptional.
struct Sets {
  DescriptorSet set[3];
};
constexpr int16_t kSetEvents[3] = {kPollIn | kPollHangUp | kPollError, kPollOut | kPollError, kPollPriority};

int64_t select_once(Watch& watch, const Sets& wanted, uint32_t count, Sets& result) {
  int64_t ready = 0;
  for (uint32_t number = 0; number < count; number++) {
    for (uint32_t kind = 0; kind < 3; kind++) {
      if (!wanted.set[kind].has(number)) continue;
      const int16_t events = kind == 0 ? int16_t{kPollIn} : kind == 1 ? int16_t{kPollOut} : int16_t{kPollPriority};
      const int16_t found = watch.look(static_cast<int32_t>(number), events);
      if (found & kPollInvalid) return kEbadf;
      if ((found & kSetEvents[kind]) == 0) continue;
      result.set[kind].add(number);
      ready++;
    }
  }
  return ready;
}

int64_t select_until(Task& task, const Arguments& a, uint64_t deadline) {
  if (a.integer(0) < 0) return kEinval;
  const uint32_t count = a.word(0) < FdTable::kMaximum ? a.word(0) : FdTable::kMaximum;
  const uint64_t bytes = (count + 63) / 64 * 8;
  Sets wanted;
  for (uint32_t kind = 0; kind < 3; kind++)
    if (a[1 + kind] != 0 && !copy_in(wanted.set[kind].words, a[1 + kind], bytes)) return kEfault;
  for (;;) {
    Watch watch{task};
    Sets result;
    const int64_t ready = select_once(watch, wanted, count, result);
    if (ready < 0) return ready;
    if (ready == 0) {
      const int64_t error = watch.wait(deadline);
      if (error == 0) continue;
      if (error != kEtimedout) return error;
    }
    for (uint32_t kind = 0; kind < 3; kind++)
      if (a[1 + kind] != 0 && !copy_out(a[1 + kind], result.set[kind].words, bytes)) return kEfault;
    return ready;
  }
}

}  // namespace

int64_t sys_poll(Task& task, const Arguments& a) {
  constexpr uint64_t kMilliseconds = 1'000'000;
  const int32_t timeout = a.integer(2);
  const uint64_t deadline = timeout < 0 ? kNoDeadline : deadline_after(static_cast<uint64_t>(timeout) * kMilliseconds);
  return poll_until(task, a[0], a.word(1), deadline);
}

namespace {

/// For the time of a call, the mask of signals at the pointer, if there is one.
int64_t replace_mask(Task& task, uint64_t pointer, uint64_t bytes) {
  uint64_t mask = 0;
  if (pointer == 0) return 0;
  if (bytes != kSignalSetBytes) return kEinval;
  if (!read_in(pointer, mask)) return kEfault;
  task.signals.mask_after = task.signals.blocked;
  task.signals.has_mask_after = true;
  task.signals.blocked = mask & ~(signal_bit(kSigKill) | signal_bit(kSigStop));
  return 0;
}

}  // namespace

int64_t sys_ppoll(Task& task, const Arguments& a) {
  uint64_t deadline = 0;
  if (const int64_t error = take_deadline(a[2], deadline); error < 0) return error;
  if (const int64_t error = replace_mask(task, a[3], a[4]); error < 0) return error;
  return poll_until(task, a[0], a.word(1), deadline);
}

int64_t sys_select(Task& task, const Arguments& a) {
  uint64_t deadline = kNoDeadline;
  if (a[4] != 0) {
    TimeValue timeout;
    if (!read_in(a[4], timeout)) return kEfault;
    if (timeout.seconds < 0 || timeout.microseconds < 0) return kEinval;
    deadline = deadline_of({timeout.seconds, timeout.microseconds * 1000});
  }
  return select_until(task, a, deadline);
}

int64_t sys_pselect6(Task& task, const Arguments& a) {
  uint64_t deadline = 0;
  if (const int64_t error = take_deadline(a[4], deadline); error < 0) return error;
  if (a[5] != 0) {
    struct {
      uint64_t pointer, bytes;
    } mask;
    if (!read_in(a[5], mask)) return kEfault;
    if (const int64_t error = replace_mask(task, mask.pointer, mask.bytes); error < 0) return error;
  }
  return select_until(task, a, deadline);
}

}  // namespace hop::personality
