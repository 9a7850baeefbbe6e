// SPDX-License-Identifier: GPL-2.0-or-later
// One lock around the personality's own data: whoever serves a call holds it, and gives it up to wait.
#pragma once

namespace hop::personality {

struct Task;

/// Null: this service's first thread, or one of its helpers.
void lock_service(Task* task);
void unlock_service();
/// Whose call the holder of the lock serves.
[[nodiscard]] Task* current_task();

/// Without the lock for a scope.
class Unlocked {
 public:
  Unlocked() : task_(current_task()) { unlock_service(); }
  ~Unlocked() { lock_service(task_); }
  Unlocked(const Unlocked&) = delete;

 private:
  Task* task_;
};

}  // namespace hop::personality
