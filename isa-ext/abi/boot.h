// SPDX-License-Identifier: GPL-2.0-or-later
// What the machine has done when the kernel's first instruction runs.
//
// The loader has put the kernel's ELF segments into memory and made one space, kKernelSpaceId: privileged, code and
// stack, whose page tables map each segment at its p_vaddr with the segment's rights, and all of RAM and the device
// pages at kDirectMap + physical address, writable and never executable. The space table in force has kBootSpaces
// descriptors. One thread block exists, with an empty secure stack of kBootFrames frames; CS and SS are the kernel
// space. RDI = direct-map address of the BootInfo, RSP = top of a 64 KiB boot stack (direct map), all interrupts
// masked.
//
// All CPUs begin at once and alike, each with a thread block, a secure stack and a boot stack of its own;
// SystemRegister::CpuId tells them apart.
#pragma once
#include <cstdint>

namespace asx {

constexpr uint64_t kDirectMap = 0x0000'1000'0000'0000;  ///< offset in the kernel space
constexpr uint32_t kKernelSpaceId = 1;
constexpr uint32_t kBootSpaces = 2;
constexpr uint32_t kBootFrames = 16;
constexpr uint64_t kBootMagic = 0x31'544f'4f42'5841;
constexpr uint32_t kBootVersion = 3;
constexpr uint32_t kMaximumCpus = 16;
constexpr uint32_t kMaximumModules = 24;

enum class ModuleKind : uint32_t {
  Data = 0,
  Service = 1,  ///< an ELF image the kernel starts as a code space of its own
};

struct BootModule {
  uint64_t start;  ///< physical address, page aligned; the rest of the last page is zero
  uint64_t size;   ///< bytes
  ModuleKind kind;
  uint32_t authority;  ///< Service: SpaceDescriptor::authority of its code space (kernel/abi/call.h)
  char name[40];       ///< NUL-padded. Data: "root" (newc cpio), "commands" (see below)
};

/// Module "commands": what the Linux personality runs, one after the other. Each command is its working directory, the
/// number of its arguments in decimal, the arguments, the number of its environment strings in decimal, these strings,
/// and the guest file that is run, every string NUL-terminated (arguments may be empty). The module ends after the last
/// command.
constexpr char kCommandsModule[] = "commands";
constexpr char kRootModule[] = "root";

enum BootFlag : uint32_t {
  kBootLinuxTrace = 1u << 0,  ///< --strace
  kBootQuiet = 1u << 1,
};

struct BootInfo {
  uint64_t magic;
  uint32_t version;
  uint32_t module_count;
  uint64_t memory_size;    ///< RAM is [0, memory_size)
  uint64_t free_start;     ///< physical memory from here to memory_size is free, but for the modules
  uint64_t clock_hz;       ///< ticks of SystemRegister::Clock a second
  uint64_t wall_clock_ns;  ///< Unix time in nanoseconds at Clock 0
  uint64_t random_seed;
  uint32_t flags;              ///< BootFlag
  uint32_t console_terminals;  ///< bit n: serial line n is a terminal on the host
  uint16_t console_rows, console_columns;
  uint32_t quantum;         ///< ticks of a scheduling quantum, 0 = the kernel's choice
  uint32_t cpu_count;       ///< CPUs are numbered from 0
  uint32_t check_interval;  ///< entries between two of the kernel's checks of itself, 0 = none
  BootModule modules[kMaximumModules];
};

}  // namespace asx
