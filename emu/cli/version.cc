// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/cli/version.h"

#include "emu/machine/machine.h"

namespace emu::cli {

std::string version_text() {
  const std::string name = "hop " HOPSCOTCH_VERSION;
  MachineOptions smallest;
  smallest.memory = uint64_t{16} << 20;
  Result<std::unique_ptr<Machine>> machine = Machine::create(smallest);
  if (!machine) return name + " (no engine: " + machine.error() + ")";
  return name + " (" + machine.value()->statistics().host.engine_version + ")";
}

}  // namespace emu::cli
