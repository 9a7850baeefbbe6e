// SPDX-License-Identifier: GPL-2.0-or-later
// The CPU as the rest of the emulator sees it. What executes instructions behind it is named in emu/engine only.
#pragma once
#include <memory>
#include <string>

#include "emu/engine/access_observer.h"
#include "emu/engine/cpu_group.h"
#include "emu/platform/bus.h"
#include "emu/platform/guest_memory.h"
#include "emu/platform/result.h"
#include "isa-ext/model/machine.h"
#include "isa-ext/variant/variant.h"

namespace emu {

struct EngineOptions {
  asx::Variant variant{};
  uint64_t limit = 0;                       ///< instructions; 0 = none
  bool realtime = false;                    ///< ticks are the host's nanoseconds, not instructions
  uint32_t translation_buffer = 64u << 20;  ///< bytes
  AccessObserver* accesses = nullptr;       ///< is told of each access, if given; must outlive the engine
  CpuGroup* group = nullptr;                ///< the machine's CPUs, if it has several; must outlive the engine
  uint32_t cpu = 0;                         ///< number in the group
};

enum class StopReason {
  Waiting,    ///< xwait, and no line asks that would end it. Clock or lines must move on before run() makes sense again
  Slice,      ///< some millions of instructions are over: time to look at the host
  TurnOver,   ///< what run(turn) was given is used up
  Attention,  ///< a device asked for it (Bus::call_for_attention)
  Limit,      ///< EngineOptions::limit is reached
  MachineCheck,  ///< an event could not be delivered; the CPU cannot go on
};

struct EngineStop {
  StopReason reason;
  std::string detail;  ///< MachineCheck: one sentence
};

/// Counts that depend only on what the guest did, but for tlb_fills and the last two.
struct EngineCounts {
  uint64_t instructions = 0;
  uint64_t tlb_fills = 0;
  uint64_t tlb_flushes = 0;
  uint64_t system_calls = 0;
  uint64_t space_invalidations = 0;
  uint64_t first_touches = 0;  ///< pages accessed for the first time since they were mapped
  uint64_t engine_entries = 0;
  uint64_t translation_flushes = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;

  /// The CPU's ASX state. To be changed only between two runs; interrupt lines are read from the bus.
  [[nodiscard]] virtual asx::CpuState& cpu() = 0;
  /// The x86 registers between two runs.
  [[nodiscard]] virtual asx::Registers registers() = 0;
  virtual void set_registers(const asx::Registers& registers) = 0;

  /// Ends with the first block at whose start `turn` instructions or more are over, if nothing ends it before.
  [[nodiscard]] virtual EngineStop run(uint64_t turn) = 0;
  [[nodiscard]] EngineStop run() { return run(kNoTurn); }
  static constexpr uint64_t kNoTurn = ~uint64_t{0};

  /// SystemRegister::Clock.
  [[nodiscard]] virtual uint64_t ticks() const = 0;
  /// Virtual time only: nothing happens until this tick, which must not lie in the past.
  virtual void skip_to(uint64_t tick) = 0;

  /// The host has written to RAM: code translated from there is stale.
  virtual void memory_written(asx::PhysicalAddress start, uint64_t bytes) = 0;

  [[nodiscard]] virtual EngineCounts counts() const = 0;
  [[nodiscard]] virtual std::string version() const = 0;
};

/// Memory, bus and observer must outlive the engine. Fails if the host's engine library is too old or misbehaves.
[[nodiscard]] Result<std::unique_ptr<Engine>> create_engine(const EngineOptions& options, const GuestMemory& memory,
                                                            Bus& bus, asx::Observer& observer);

}  // namespace emu
