// SPDX-License-Identifier: GPL-2.0-or-later
// The state the model works on, and the port through which it meets whatever runs it (the Unicorn engine, or the
// fake machine of the unit tests). Nothing here knows of an engine.
#pragma once
#include <array>
#include <cstdint>

#include "isa-ext/abi/structures.h"
#include "isa-ext/abi/system_register.h"
#include "isa-ext/model/fault.h"
#include "isa-ext/model/physical_memory.h"
#include "isa-ext/variant/variant.h"

namespace asx {

/// The x86 registers that ASX instructions read or write.
struct Registers {
  std::array<uint64_t, 16> gpr{};  ///< x86 encoding order, RSP at kRsp
  uint64_t rip = 0;
  uint64_t rflags = 2;
  uint64_t fs_base = 0;
  uint64_t gs_base = 0;
  friend bool operator==(const Registers&, const Registers&) = default;
};

/// A space in force as CS or SS, with what was read from its descriptor when it was loaded. Refreshed by invspace.
struct LoadedSpace {
  SpaceId id;
  uint32_t generation = 0;
  uint32_t flags = 0;
  uint32_t authority = 0;
  uint32_t syscall_selector = 0;
  PhysicalAddress root;
  PhysicalAddress list;
  uint32_t list_length = 0;
  friend bool operator==(const LoadedSpace&, const LoadedSpace&) = default;
};

/// What ASX adds to one CPU.
struct CpuState {
  LoadedSpace code;
  LoadedSpace stack;
  LoadedSpace code_list;   ///< of the thread: whose list is the code half, where --bind leaves it to threads
  LoadedSpace stack_list;  ///< and the stack half
  PhysicalAddress space_table;
  uint32_t space_count = 0;
  PhysicalAddress vector_table;
  PhysicalAddress thread;
  uint64_t event_mask = ~uint64_t{0};
  uint64_t pending = 0;  ///< interrupt lines that ask; kept by the platform
  uint64_t compare = ~uint64_t{0};
  uint64_t signals = 0;    ///< bit n: CPU n has signalled this one, and it has not read SystemRegister::Signal since
  uint64_t wait_mask = 0;  ///< of the last xwait: lines that do not end it
  uint32_t id = 0;
  OperandMode operand_mode = OperandMode::Tagged;
  std::array<uint16_t, kSelectorRegisters> selector_registers{};  ///< 1 to 15
  friend bool operator==(const CpuState&, const CpuState&) = default;
};

/// Called by the model as things happen. All empty by default; statistics, traces and tests override.
class Observer {
 public:
  virtual ~Observer() = default;
  struct Hop {
    SpaceId from, to;
    uint32_t gate_index = 0;
  };
  virtual void gate_call(const Hop&) {}
  virtual void gate_return(const Hop&) {}  ///< from the callee back to the caller
  virtual void narrow(const Hop&) {}       ///< from, to: stack spaces
  virtual void widen(const Hop&) {}
  virtual void event(const Fault&, const Hop&) {}
  virtual void event_return(const Hop&) {}
  virtual void refused(const Fault&) {}  ///< an ASX instruction failed a check
};

/// What only the engine knows or can do.
class EnginePort {
 public:
  virtual ~EnginePort() = default;
  [[nodiscard]] virtual uint64_t clock() = 0;          ///< SystemRegister::Clock, exact at this instruction
  virtual void translations_changed() = 0;             ///< CS or SS changed: drop the cached translations
  virtual void space_invalidated(uint64_t space) = 0;  ///< invspace; space id or kAllSpaces
  virtual void wait_for_event() = 0;                   ///< xwait, with CpuState::wait_mask
  virtual void timer_changed() = 0;  ///< compare, event_mask or signals changed (by ldsys, stsys, a gate or a return)
  /// Sets this CPU's bit in CpuState::signals of others; bit n: CPU n. Those that do not exist are passed over.
  virtual void signal(uint64_t /*cpus*/) {}
};

/// One CPU with its memory: everything an instruction may touch.
struct Machine {
  CpuState& cpu;
  Registers& registers;
  PhysicalMemory memory;
  const Variant& variant;
  EnginePort& engine;
  Observer& observer;
};

}  // namespace asx
