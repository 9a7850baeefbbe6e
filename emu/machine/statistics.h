// SPDX-License-Identifier: GPL-2.0-or-later
// What a run did, in counts that are the same on every run, and (apart) what it cost the host.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "emu/costs/counters.h"
#include "isa-ext/abi/event.h"

namespace emu {

/// One space that was in force as CS or SS. An id that was used again appears once for each generation.
struct SeenSpace {
  uint32_t id = 0;
  uint32_t generation = 0;
  uint32_t flags = 0;  ///< asx::SpaceFlag
  std::string name;    ///< SpaceDescriptor::name when it was first seen
};

/// Gate calls along one edge. The spaces are indices into Statistics::spaces.
struct HopCount {
  uint32_t from = 0;
  uint32_t to = 0;
  uint32_t gate_index = 0;
  uint64_t count = 0;
};

/// What one CPU did, or all together.
struct CpuCounts {
  uint64_t instructions = 0;
  uint64_t tlb_fills = 0;  ///< not the same on every run: the engine sizes its TLB by host time
  uint64_t tlb_flushes = 0;
  uint64_t gate_calls = 0;  ///< gcall and syscall
  uint64_t gate_returns = 0;
  uint64_t narrows = 0;
  uint64_t widens = 0;
  uint64_t system_calls = 0;  ///< of the gate calls, those by syscall
  uint64_t refusals = 0;      ///< ASX instructions that failed a check
  uint64_t interrupts = 0;
  uint64_t event_returns = 0;
  std::array<uint64_t, asx::kVectorCount> events{};  ///< by vector, interrupts included
  Counters counters;            ///< what cost tables price; modelled ones are 0 unless Statistics::is_modelled
  uint64_t kernel_entries = 0;  ///< calls and events that led from code without privilege to privileged code
  uint64_t turns = 0;           ///< that the schedule gave it; 0 of the only CPU

  void add(const CpuCounts& other);
};

/// The sum over all CPUs, and what has no CPU.
struct Statistics : CpuCounts {
  uint64_t ticks = 0;        ///< the clock: instructions and time slept; with realtime, nanoseconds
  bool is_modelled = false;  ///< MachineOptions::model_memory
  std::vector<CpuCounts> cpus;
  std::vector<SeenSpace> spaces;
  std::vector<HopCount> hops;

  struct Host {
    double seconds = 0;  ///< in run(), waiting included
    double waiting_seconds = 0;
    uint64_t translation_flushes = 0;
    uint64_t engine_entries = 0;
    std::string engine_version;
  } host;
};

}  // namespace emu
