// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the kernel and native programs on a machine, without `hop`.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "emu/machine/machine.h"
#include "kernel/abi/call.h"

struct GuestRun {
  std::vector<std::string> programs = {};  ///< names of guest programs, started in this order, each with `authority`
  uint64_t memory = uint64_t{64} << 20;
  uint32_t quantum = 0;
  uint32_t check_interval = 0;        ///< emu::MachineOptions
  std::string kernel = "hop_kernel";  ///< a guest program
  asx::Variant variant = {};
  uint32_t authority = hop::kAuthorityAll;
  std::string data = {};               ///< a module "data", if not empty
  std::string broken_function = {};    ///< of the kernel: an undefined instruction is put at its front
  uint64_t limit = uint64_t{4} << 30;  ///< instructions
  uint32_t cpus = 1;
  uint64_t schedule_seed = 0;
  uint32_t turn = 1000;  ///< emu::MachineOptions
};

struct GuestOutcome {
  emu::RunResult result;
  std::string log;  ///< serial line 2
  uint64_t instructions = 0;
};

[[nodiscard]] GuestOutcome run_guest(const GuestRun& run);
