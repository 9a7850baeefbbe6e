// SPDX-License-Identifier: GPL-2.0-or-later
// The spaces that were in force in a run and the gate calls between them, of all CPUs together. Called at each hop, so
// the usual case does no search.
#pragma once
#include <array>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "emu/machine/statistics.h"
#include "isa-ext/model/machine.h"

namespace emu {

class HopCounts {
 public:
  /// The CPU whose space table names the spaces (all CPUs have the same one); must outlive this.
  void attach(const asx::CpuState& cpu, const asx::PhysicalMemory& memory);

  /// Index in spaces() of a space that is in force.
  [[nodiscard]] uint32_t index_of(const asx::LoadedSpace& space);
  /// Index of the space that an id meant when it was last in force.
  [[nodiscard]] uint32_t last_index_of(asx::SpaceId id);
  void count(const HopCount& edge);

  [[nodiscard]] const std::vector<SeenSpace>& spaces() const { return seen_; }
  [[nodiscard]] const std::vector<HopCount>& hops() const { return hops_; }

 private:
  [[nodiscard]] const asx::SpaceDescriptor* descriptor_of(asx::SpaceId id) const;
  [[nodiscard]] uint32_t add_space(const asx::LoadedSpace& space);

  struct Seen {
    uint32_t id = 0;  ///< 0 = empty
    uint32_t generation = 0;
    uint32_t index = 0;
  };
  struct Edge {
    uint32_t from = 0, to = 0, gate_index = 0;
    uint32_t hop = ~0u;  ///< index in hops(); ~0 = empty
  };

  const asx::CpuState* cpu_ = nullptr;
  asx::PhysicalMemory memory_;
  std::vector<SeenSpace> seen_;
  std::vector<HopCount> hops_;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> spaces_;  ///< by id and generation
  std::map<std::tuple<uint32_t, uint32_t, uint32_t>, uint32_t> edges_;
  std::array<Seen, 256> recent_spaces_{};  ///< by id
  std::array<Edge, 256> recent_edges_{};
};

}  // namespace emu
