// SPDX-License-Identifier: GPL-2.0-or-later
// A machine with the built-in kernel and services and one program, native or Linux, and what came out.
#pragma once
#include <cstddef>
#include <span>
#include <string>

#include "emu/machine/machine.h"

namespace emu::lab {

struct NativeRun {
  std::string name;  ///< the program's service is called so
  std::span<const std::byte> elf;
  asx::Variant variant{};
  uint64_t limit = 1'000'000'000;  ///< instructions
  bool model_memory = false;       ///< MachineOptions
  uint32_t cpus = 1;
  uint64_t schedule_seed = 0;
  std::string data = {};  ///< a boot module "data", if not empty
  /// Not empty: the program is a Linux program, the file /program, and these follow its name. Beside it lies /data, of
  /// 1 MiB.
  std::vector<std::string> linux_arguments = {};
};

struct NativeOutcome {
  RunResult result;
  std::string output;  ///< standard output
  std::string errors;  ///< standard error and the kernel's log
  Statistics statistics;
};

/// An error is a sentence: why there is no machine.
[[nodiscard]] Result<NativeOutcome> run_native(const NativeRun& run);

}  // namespace emu::lab
