// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/object.h"

#include "kernel/lib/assert.h"
#include "kernel/object/budget.h"
#include "kernel/object/event_source.h"
#include "kernel/object/quota.h"
#include "kernel/object/thread.h"

namespace kernel {

void release(Object& object) {
  HOP_ASSERT(object.references != 0);
  if (--object.references != 0) return;
  Quota* const payer = object.payer;
  const uint64_t charged = object.charged;
  switch (object.kind) {
    case ObjectKind::EventSource:
      destroy(static_cast<EventSource&>(object));
      break;
    case ObjectKind::Budget:
      destroy(static_cast<Budget&>(object));
      break;
    case ObjectKind::Thread:
      destroy(static_cast<Thread&>(object));
      break;
    case ObjectKind::Quota:
      destroy(static_cast<Quota&>(object));
      break;
  }
  repay(payer, charged);
}

}  // namespace kernel
