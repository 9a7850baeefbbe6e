// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/machine/hop_counts.h"

#include <cstring>
#include <iterator>

namespace emu {

void HopCounts::attach(const asx::CpuState& cpu, const asx::PhysicalMemory& memory) {
  cpu_ = &cpu;
  memory_ = memory;
}

const asx::SpaceDescriptor* HopCounts::descriptor_of(asx::SpaceId id) const {
  return memory_.at<const asx::SpaceDescriptor>(cpu_->space_table + uint64_t{id.value} * sizeof(asx::SpaceDescriptor));
}

uint32_t HopCounts::add_space(const asx::LoadedSpace& space) {
  SeenSpace seen{space.id.value, space.generation, space.flags, {}};
  const asx::SpaceDescriptor* const descriptor = descriptor_of(space.id);
  if (descriptor != nullptr) {
    seen.name.assign(descriptor->name, strnlen(descriptor->name, sizeof descriptor->name));
    for (char& c : seen.name) c = c >= ' ' && c < 0x7f ? c : '?';
  }
  seen_.push_back(std::move(seen));
  return static_cast<uint32_t>(seen_.size() - 1);
}

uint32_t HopCounts::index_of(const asx::LoadedSpace& space) {
  Seen& recent = recent_spaces_[space.id.value % recent_spaces_.size()];
  if (recent.id == space.id.value && recent.generation == space.generation) return recent.index;
  const auto [known, is_new] = spaces_.try_emplace({space.id.value, space.generation}, 0);
  if (is_new) known->second = add_space(space);
  recent = {space.id.value, space.generation, known->second};
  return recent.index;
}

uint32_t HopCounts::last_index_of(asx::SpaceId id) {
  const Seen& recent = recent_spaces_[id.value % recent_spaces_.size()];
  if (recent.id == id.value) return recent.index;
  auto next = spaces_.upper_bound({id.value, UINT32_MAX});  // generations only grow
  if (next != spaces_.begin() && std::prev(next)->first.first == id.value) return std::prev(next)->second;
  asx::LoadedSpace space;  // where a thread began, which no hop had entered: it still is what its descriptor says
  space.id = id;
  if (const asx::SpaceDescriptor* const descriptor = descriptor_of(id); descriptor != nullptr) {
    space.generation = descriptor->generation;
    space.flags = descriptor->flags;
  }
  return index_of(space);
}

void HopCounts::count(const HopCount& edge) {
  Edge& recent = recent_edges_[(edge.from * 31 + edge.to * 7 + edge.gate_index) % recent_edges_.size()];
  const bool hit =
      recent.hop != ~0u && recent.from == edge.from && recent.to == edge.to && recent.gate_index == edge.gate_index;
  if (!hit) {
    const auto next = static_cast<uint32_t>(hops_.size());
    const auto [known, is_new] = edges_.try_emplace({edge.from, edge.to, edge.gate_index}, next);
    if (is_new) hops_.push_back(edge);
    recent = {edge.from, edge.to, edge.gate_index, known->second};
  }
  ++hops_[recent.hop].count;
}

}  // namespace emu
