// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/object/object.h"

#include "kernel/lib/assert.h"
#include "kernel/object/budget.h"
#include "kernel/object/event_source.h"
#include "kernel/object/thread.h"

namespace kernel {

void release(Object& object) {
  HOP_ASSERT(object.references != 0);
  if (--object.references != 0) return;
  switch (object.kind) {
    case ObjectKind::EventSource:
      return destroy(static_cast<EventSource&>(object));
    case ObjectKind::Budget:
      return destroy(static_cast<Budget&>(object));
    case ObjectKind::Thread:
      return destroy(static_cast<Thread&>(object));
  }
}

}  // namespace kernel
