// SPDX-License-Identifier: GPL-2.0-or-later
// What the boot loader said (isa-ext/abi/boot.h).
#pragma once
#include "isa-ext/abi/boot.h"

namespace kernel {

[[nodiscard]] const asx::BootInfo& boot_info();
void set_boot_info(const asx::BootInfo& info);

}  // namespace kernel
