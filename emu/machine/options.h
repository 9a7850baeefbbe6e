// SPDX-License-Identifier: GPL-2.0-or-later
// What a machine is made of, and what is put into it before it runs.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "isa-ext/abi/boot.h"
#include "isa-ext/abi/devices/devices.h"
#include "isa-ext/variant/variant.h"

namespace emu {

/// Host file descriptors of a serial line; -1 = nothing is attached. Not closed by the machine.
struct SerialHost {
  int input = -1;
  int output = -1;
};

struct MachineOptions {
  uint64_t memory = uint64_t{1} << 30;  ///< bytes of RAM, a multiple of 2 MiB, at least 16 MiB
  uint64_t limit = 0;                   ///< instructions after which the run ends; 0 = none
  bool realtime = false;                ///< tie the virtual clock to the host's (nanoseconds)
  uint64_t wall_clock_ns = 0;           ///< Unix time in nanoseconds at clock 0
  uint64_t random_seed = 0;
  uint32_t check_interval = 0;  ///< entries between two of the kernel's checks of itself; 0 = none
  uint32_t quantum = 0;         ///< ticks of a scheduling quantum; 0 = the kernel's choice
  asx::Variant variant{};
  uint32_t cpus = 1;           ///< 1 to asx::kMaximumCpus
  uint64_t schedule_seed = 0;  ///< of the order in which several CPUs take turns, and of the turns' lengths
  uint32_t turn = 1000;        ///< instructions of a turn, on average; 1 = one block
  uint32_t translation_buffer = 64u << 20;  ///< bytes; several CPUs share it, down to 8 MiB each
  bool model_memory = false;                ///< count accesses and the modelled TLBs' misses; several times slower
  std::array<SerialHost, asx::kSerialLines> serial{};
};

/// A file handed to the kernel.
struct Module {
  std::string name;  ///< at most 39 bytes
  asx::ModuleKind kind = asx::ModuleKind::Data;
  uint32_t authority = 0;
  std::span<const std::byte> bytes;
};

/// All that load() needs. The spans must stay valid during load() only.
struct BootImage {
  std::span<const std::byte> kernel_elf;
  std::vector<Module> modules;
  uint32_t flags = 0;              ///< asx::BootFlag
  uint32_t console_terminals = 0;  ///< bit n: serial line n is a terminal
  uint16_t console_rows = 0, console_columns = 0;
};

}  // namespace emu
