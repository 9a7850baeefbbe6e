// SPDX-License-Identifier: GPL-2.0-or-later
// Faults that nobody handles, for their reports: one behind two calls, then one with no caller left.
#include "tests/kernel/guest/callee.h"
#include "tests/kernel/guest/child.h"
#include "tests/kernel/guest/test.h"

GUEST_TEST("the reports are in the log") {
  const guest::Child inner = guest::make_child(1), outer = guest::make_child(1);
  const uint16_t reading = guest::make_gate(inner, callee_read, asx::StackPolicy::Pool);
  const uint16_t calling = guest::make_gate(outer, callee_call, asx::StackPolicy::Pool);
  const uint16_t in_outer = guest::grant(outer, reading, 0);
  uint64_t broken = 0;
  call_and_watch(calling, in_outer, 0x8009'0000'0000'1000, 0, &broken);
  const uint64_t a_gate = guest::grant(inner, reading, 0);
  call_and_watch(calling, in_outer, a_gate << 48, 0, &broken);
  const uint16_t dividing = guest::make_gate(inner, callee_divide, asx::StackPolicy::Pool);
  CHECK_OK(hop::kernel::list_remove(hop::kSelf,
                                    SELECTOR(hop::kernel::thread_create(dividing, hop::kStackSpace, 0, 0, 0, 0))));
  CHECK_OK(hop::kernel::thread_sleep(hop::clock_ticks() + 1'000'000));
  for (const uint16_t gate : {reading, calling, dividing}) guest::end_gate(gate);
  guest::end_child(inner);
  guest::end_child(outer);
}
