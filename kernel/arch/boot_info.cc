// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/arch/boot_info.h"

namespace kernel {

namespace {
constinit const asx::BootInfo* machine_boot_info = nullptr;
}

const asx::BootInfo& boot_info() {
  return *machine_boot_info;
}
void set_boot_info(const asx::BootInfo& info) {
  machine_boot_info = &info;
}

}  // namespace kernel
