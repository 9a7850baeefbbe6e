// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/calls/arguments.h"

namespace kernel::calls {

Reply give_to_caller(const Caller& caller, AccessListEntry entry) {
  const Result<Selector> selector = caller.code.insert_entry(0, entry);
  if (selector) return Reply(selector.value().value);
  release_object(entry);
  return selector.status();
}

Frame* entry_frame(const Caller& caller) {
  const SecureStack stack = caller.thread.frames();
  return stack.frame(stack.entry_position(1));
}

}  // namespace kernel::calls
