// SPDX-License-Identifier: GPL-2.0-or-later
// A program with no authority but the basic one: what it must not do. It cannot end the machine either.
#include "isa-ext/abi/devices/devices.h"
#include "isa-ext/abi/structures.h"
#include "tests/kernel/guest/test.h"
#include "tests/kernel/guest/threads.h"
#include "userland/runtime/program.h"

using namespace hop::kernel;
using hop::Status;

GUEST_TEST("without authority there are no devices, interrupts, modules, and no end of the machine") {
  const guest::Event event;
  CHECK_STATUS(device_map(hop::kSelf, 0x10000, asx::kSerialBase), Status::NotPermitted);
  CHECK_STATUS(interrupt_bind(event.selector(), asx::kSerialInterrupt), Status::NotPermitted);
  CHECK_STATUS(interrupt_done(asx::kSerialInterrupt), Status::NotPermitted);
  CHECK_STATUS(module_map(hop::kSelf, 0x10000, 0, hop::kProtectRead), Status::NotPermitted);
  CHECK_STATUS(machine_exit(0), Status::NotPermitted);
  CHECK_STATUS(system_check(), Status::NotPermitted);
  CHECK_STATUS(space_create(asx::kSpaceCode | uint64_t{hop::kAuthorityPower} << 32, 16, 0, 0), Status::NotPermitted);
  const uint16_t equal = SELECTOR(space_create(asx::kSpaceCode | uint64_t{hop::kAuthorityBasic} << 32, 16, 0, 0));
  CHECK_OK(space_destroy(equal));
  CHECK_OK(list_remove(hop::kSelf, equal));
}
