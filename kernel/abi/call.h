// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers and constants of the kernel's interface.
#pragma once
#include <cstdint>

namespace hop {

enum class Call : uint64_t {
#define HOP_CALL(number, name, ...) name = number,
#include "kernel/abi/calls.def"
#undef HOP_CALL
};

/// Thread priorities: 0 is the lowest.
constexpr unsigned kPriorities = 32;
constexpr unsigned kDefaultPriority = 16;

/// Slots of every service's code half that the kernel fills.
constexpr uint16_t kKernelGate = 1;
constexpr uint16_t kNamesGate = 2;  ///< absent in the names service itself
constexpr uint16_t kSelf = 3;       ///< the service's own code space, with control
constexpr uint16_t kFirstFreeSlot = 8;

/// Slots of a program's stack half (architecture, section 4: conventions for programs). Bit 15: stack half.
constexpr uint16_t kStackSpace = 0x8000;
constexpr uint16_t kImageAlias = 0x8001;
constexpr uint16_t kHeapSpace = 0x8002;
constexpr uint16_t kMessageSpace = 0x8003;
constexpr uint16_t kSelfStack = 0x8004;  ///< of a service's first thread: its stack space with control

/// Rights of an entry. Read and write as the hardware's; the others are the kernel's.
enum Right : uint64_t {
  kRightRead = 1u << 0,
  kRightWrite = 1u << 1,
  kRightControl = 1u << 2,  ///< map, unmap, list_insert, gate_create, destroy
  kRightAll = 7,
};

enum Protection : uint64_t { kProtectNone = 0, kProtectRead = 1, kProtectWrite = 2, kProtectExecute = 4 };
/// With a protection, of space_map: the pages come from the space's pager.
constexpr uint64_t kMapPaged = 8;

/// How a pager supplies a page.
enum class Supply : uint64_t {
  Read = 0,   ///< the frame itself; the first write asks the pager again
  Write = 1,  ///< the frame itself
  Copy = 2,   ///< a page of the space's own, copied at the first write
};

/// SpaceDescriptor::authority of a service: which groups of calls it may use.
enum Authority : uint32_t {
  kAuthorityBasic = 1u << 0,
  kAuthorityIo = 1u << 1,
  kAuthorityModules = 1u << 2,
  kAuthorityPower = 1u << 3,
  kAuthoritySchedule = 1u << 4,  ///< priorities above one's own, budgets
  kAuthorityAll = 31,
};

enum class SystemInfo : uint64_t {
  ClockHz = 0,
  WallClock = 1,  ///< Unix time in nanoseconds at clock 0
  RandomSeed = 2,
  BootFlags = 3,
  ConsoleTerminals = 4,  ///< bit n: serial line n is a terminal
  ConsoleSize = 5,       ///< rows << 16 | columns
  TotalMemory = 6,       ///< bytes
  FreeMemory = 7,
  Modules = 8,  ///< number of boot modules
  Cpus = 9,
  ModuleSize = 0x100,  ///< + module number: bytes
  ModuleName = 0x200,  ///< + module number: the first 8 characters
};

/// FaultItem::Vector of a thread that thread_trap has sent into its fault gate: no vector of the machine.
constexpr uint64_t kTrapVector = 256;

enum class FaultItem : uint64_t { Vector = 0, ErrorCode = 1, Address = 2, Rip = 3, Rsp = 4, CodeSpace = 5 };

/// Registers of a frame (frame_read, frame_write): 0-15 the general ones in x86 encoding order, RSP among them.
enum class FrameRegister : uint64_t { Rip = 16, Flags = 17, FsBase = 18, GsBase = 19 };

}  // namespace hop
