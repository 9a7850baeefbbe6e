// SPDX-License-Identifier: GPL-2.0-or-later
// The CPUs of a machine, run in turns on one thread of the host (doc/decisions/0009-cpus-take-turns.md).
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "emu/costs/memory_model.h"
#include "emu/engine/engine.h"
#include "emu/machine/options.h"
#include "emu/machine/schedule.h"
#include "emu/machine/statistics_observer.h"

namespace emu {

class Processors {
 public:
  /// Memory and bus must outlive them.
  [[nodiscard]] static Result<std::unique_ptr<Processors>> create(const MachineOptions& options,
                                                                  const GuestMemory& memory, Bus& bus);

  [[nodiscard]] uint32_t count() const { return static_cast<uint32_t>(cpus_.size()); }
  [[nodiscard]] Engine& engine(uint32_t cpu) { return *cpus_[cpu]->engine; }
  /// The state that the CPUs begin in is there.
  void begin();

  /// Runs until something is to be done outside. Waiting: all CPUs wait, and nothing asks that would end it.
  [[nodiscard]] EngineStop run();

  [[nodiscard]] uint64_t ticks() const;
  /// Nothing happens until this tick.
  void skip_to(uint64_t tick);
  /// Some CPU waits for this line.
  [[nodiscard]] bool is_waited_for(uint32_t line) const;
  /// The first tick at which the timer of a CPU asks that waits for it; ~0 = never.
  [[nodiscard]] uint64_t first_timer() const;

  /// Counts of the run so far; the times of the host are not filled in.
  [[nodiscard]] Statistics statistics() const;

 private:
  struct Cpu {
    explicit Cpu(HopCounts& hops) : observer(hops) {}
    StatisticsObserver observer;
    std::optional<MemoryModel> model;  // the engine reports to both
    std::unique_ptr<Engine> engine;
    bool waits = false;
    uint64_t turns = 0;
  };

  Processors(const MachineOptions& options, const GuestMemory& memory, Bus& bus);
  [[nodiscard]] MaybeError add_cpu(const GuestMemory& memory);
  /// Bit n: CPU n does not wait, or a line asks that ends its waiting.
  [[nodiscard]] uint64_t ready() const;
  [[nodiscard]] EngineStop run_in_turns();
  [[nodiscard]] EngineStop take_turn(uint32_t cpu);
  [[nodiscard]] CpuCounts counts_of(const Cpu& cpu) const;

  const MachineOptions options_;
  const asx::PhysicalMemory memory_;
  Bus& bus_;
  HopCounts hops_;
  std::optional<CpuGroup> group_;  ///< if there are several
  std::vector<std::unique_ptr<Cpu>> cpus_;
  Schedule schedule_;
  uint64_t clock_ = 0;         ///< several CPUs: the tick at which the last turn ended
  uint64_t instructions_ = 0;  ///< several CPUs: of all of them
};

}  // namespace emu
