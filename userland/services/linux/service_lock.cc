// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/service_lock.h"

#include "userland/runtime/mutex.h"

namespace hop::personality {
namespace {

constinit Mutex service_mutex;
constinit Task* holder = nullptr;

}  // namespace

void lock_service(Task* task) {
  service_mutex.lock();
  holder = task;
}

void unlock_service() {
  service_mutex.unlock();
}

Task* current_task() {
  return holder;
}

}  // namespace hop::personality
