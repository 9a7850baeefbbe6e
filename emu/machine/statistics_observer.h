// SPDX-License-Identifier: GPL-2.0-or-later
// Counts what the model reports. Called at each hop, so the usual case does no search.
#pragma once
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "emu/machine/statistics.h"
#include "isa-ext/model/machine.h"

namespace emu {

class StatisticsObserver final : public asx::Observer {
 public:
  /// The CPU whose reports these are; must outlive the observer.
  void attach(const asx::CpuState& cpu, const asx::PhysicalMemory& memory);

  /// Notes the space that the machine begins in.
  void begin();

  void gate_call(const Hop& hop) override;
  void gate_return(const Hop& hop) override;
  void narrow(const Hop& hop) override;
  void widen(const Hop& hop) override;
  void event(const asx::Fault& fault, const Hop& hop) override;
  void event_return(const Hop& hop) override;
  void refused(const asx::Fault&) override { ++counts_.refusals; }

  /// Its part of the statistics.
  [[nodiscard]] const Statistics& counts() const { return counts_; }

 private:
  /// Index in Statistics::spaces of a space that is in force.
  [[nodiscard]] uint32_t index_of(const asx::LoadedSpace& space);
  /// Index of the space that an id meant when it was last in force.
  [[nodiscard]] uint32_t last_index_of(asx::SpaceId id);
  [[nodiscard]] const asx::SpaceDescriptor* descriptor_of(asx::SpaceId id) const;
  [[nodiscard]] uint32_t add_space(const asx::LoadedSpace& space);
  void count_edge(const HopCount& edge);
  [[nodiscard]] bool is_privileged() const;
  /// A frame was written or read, and CS may have changed. True if the code that was left is privileged.
  bool note_crossing();

  struct Seen {
    uint32_t id = 0;  ///< 0 = empty
    uint32_t generation = 0;
    uint32_t index = 0;
  };
  struct Edge {
    uint32_t from = 0, to = 0, gate_index = 0;
    uint32_t hop = ~0u;  ///< index in Statistics::hops; ~0 = empty
  };

  const asx::CpuState* cpu_ = nullptr;
  asx::PhysicalMemory memory_;
  Statistics counts_;
  bool was_privileged_ = false;                               ///< the code space in force when last looked at
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> spaces_;  ///< by id and generation
  std::map<std::tuple<uint32_t, uint32_t, uint32_t>, uint32_t> edges_;
  std::array<Seen, 256> recent_spaces_{};  ///< by id
  std::array<Edge, 256> recent_edges_{};
};

}  // namespace emu
