// SPDX-License-Identifier: GPL-2.0-or-later
// wait4 and waitid: what has become of children.
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/system_call.h"
#include "userland/services/linux/tasks.h"

namespace hop::personality {
namespace {

enum WaitOption : uint32_t {
  kNoHang = 1,
  kStopped = 2,
  kExited = 4,
  kContinued = 8,
  kLeave = 0x1000000,  ///< WNOWAIT
  kThreadOptions = 0xe0000000,
};

/// Which children are meant: the number of one, or of a group, or all.
struct Which {
  int32_t id = 0, group = 0;
  [[nodiscard]] bool is_meant(const Task& child) const {
    return (id == 0 || child.id == id) && (group == 0 || child.group == group);
  }
};

bool has_news(const Task& child, uint32_t options) {
  if (child.state == TaskState::Zombie) return (options & kExited) != 0;
  if (!child.is_news) return false;
  return (options & (child.state == TaskState::Stopped ? kStopped : kContinued)) != 0;
}

struct Found {
  Task* child = nullptr;
  int64_t error = 0;  ///< if there is none: ECHILD, or 0 with WNOHANG, or a signal
};

Found wait_for(Task& task, const Which& which, uint32_t options) {
  for (;;) {
    bool has_any = false;
    for (Task* child = task.first_child; child != nullptr; child = child->next_sibling) {
      if (!which.is_meant(*child)) continue;
      if (has_news(*child, options)) return {child};
      has_any = has_any || child->state != TaskState::Zombie;  // a zombie that is not asked for never changes
    }
    if (!has_any) return {nullptr, kEchild};
    if ((options & kNoHang) != 0) return {};
    if (const int64_t error = wait_in(task.children, task, kNoDeadline); error < 0) return {nullptr, error};
  }
}

/// The parent has been told.
void forget(Task& child, uint32_t options) {
  if ((options & kLeave) != 0) return;
  child.is_news = false;
  if (child.state == TaskState::Zombie) free_task(child);
}

}  // namespace

int64_t sys_wait4(Task& task, const Arguments& a) {
  const uint32_t options = a.word(2);
  if ((options & ~(kNoHang | kStopped | kContinued | kThreadOptions)) != 0) return kEinval;
  const int32_t id = a.integer(0);
  const Which which = {id > 0 ? id : 0, id == 0 ? task.group : id < -1 ? -id : 0};
  const Found found = wait_for(task, which, options | kExited);
  if (found.child == nullptr) return found.error;
  const int32_t child = found.child->id, status = found.child->wait_status;
  if (a[1] != 0 && !write_out(a[1], status)) return kEfault;
  if (a[3] != 0 && !write_out(a[3], ResourceUsage{})) return kEfault;
  forget(*found.child, 0);
  return child;
}

int64_t sys_waitid(Task& task, const Arguments& a) {
  enum Kind : uint32_t { kAll = 0, kOne = 1, kGroup = 2 };
  const uint32_t options = a.word(3);
  if ((options & ~(kNoHang | kStopped | kExited | kContinued | kLeave | kThreadOptions)) != 0) return kEinval;
  if ((options & (kStopped | kExited | kContinued)) == 0) return kEinval;
  const int32_t id = a.integer(1);
  if (a.word(0) > kGroup || (a.word(0) == kOne && id <= 0)) return kEinval;
  const Which which = {a.word(0) == kOne ? id : 0, a.word(0) != kGroup ? 0 : id == 0 ? task.group : id};
  const Found found = wait_for(task, which, options);
  if (found.child == nullptr && found.error < 0) return found.error;
  struct {
    int32_t signal = 0, error = 0, code = 0, padding = 0;
    int32_t id = 0, user = 0, status = 0;
    int32_t rest[25] = {};
  } information;
  if (found.child != nullptr) {
    enum Code : int32_t { kCodeExit = 1, kCodeKilled = 2, kCodeStopped = 5, kCodeContinued = 6 };
    const int32_t status = found.child->wait_status;
    information.signal = static_cast<int32_t>(kSigChild);
    information.id = found.child->id;
    if (found.child->state == TaskState::Zombie) {
      information.code = (status & 0x7f) == 0 ? kCodeExit : kCodeKilled;
      information.status = (status & 0x7f) == 0 ? status >> 8 : status & 0x7f;
    } else {
      information.code = found.child->state == TaskState::Stopped ? kCodeStopped : kCodeContinued;
      information.status = found.child->state == TaskState::Stopped ? status >> 8 : static_cast<int32_t>(kSigContinue);
    }
  }
  if (a[2] != 0 && !write_out(a[2], information)) return kEfault;
  if (a[4] != 0 && !write_out(a[4], ResourceUsage{})) return kEfault;
  if (found.child != nullptr) forget(*found.child, options);
  return 0;
}

}  // namespace hop::personality
