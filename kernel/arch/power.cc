// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/arch/power.h"

#include "isa-ext/abi/devices/devices.h"
#include "kernel/arch/direct_map.h"

namespace kernel {

void power_off(uint32_t status) {
  for (;;) *at<volatile uint32_t>({asx::kPowerBase}) = status;
}

}  // namespace kernel
