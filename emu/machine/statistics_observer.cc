// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/machine/statistics_observer.h"

#include <cstring>
#include <iterator>

namespace emu {

void StatisticsObserver::attach(const asx::CpuState& cpu, const asx::PhysicalMemory& memory) {
  cpu_ = &cpu;
  memory_ = memory;
}

void StatisticsObserver::begin() {
  static_cast<void>(index_of(cpu_->code));
}

const asx::SpaceDescriptor* StatisticsObserver::descriptor_of(asx::SpaceId id) const {
  return memory_.at<const asx::SpaceDescriptor>(cpu_->space_table + uint64_t{id.value} * sizeof(asx::SpaceDescriptor));
}

uint32_t StatisticsObserver::add_space(const asx::LoadedSpace& space) {
  SeenSpace seen{space.id.value, space.generation, space.flags, {}};
  const asx::SpaceDescriptor* const descriptor = descriptor_of(space.id);
  if (descriptor != nullptr) {
    seen.name.assign(descriptor->name, strnlen(descriptor->name, sizeof descriptor->name));
    for (char& c : seen.name) c = c >= ' ' && c < 0x7f ? c : '?';
  }
  counts_.spaces.push_back(std::move(seen));
  return static_cast<uint32_t>(counts_.spaces.size() - 1);
}

uint32_t StatisticsObserver::index_of(const asx::LoadedSpace& space) {
  Seen& recent = recent_spaces_[space.id.value % recent_spaces_.size()];
  if (recent.id == space.id.value && recent.generation == space.generation) return recent.index;
  const auto [known, is_new] = spaces_.try_emplace({space.id.value, space.generation}, 0);
  if (is_new) known->second = add_space(space);
  recent = {space.id.value, space.generation, known->second};
  return recent.index;
}

uint32_t StatisticsObserver::last_index_of(asx::SpaceId id) {
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

void StatisticsObserver::count_edge(const HopCount& edge) {
  Edge& recent = recent_edges_[(edge.from * 31 + edge.to * 7 + edge.gate_index) % recent_edges_.size()];
  const bool hit =
      recent.hop != ~0u && recent.from == edge.from && recent.to == edge.to && recent.gate_index == edge.gate_index;
  if (!hit) {
    const auto next = static_cast<uint32_t>(counts_.hops.size());
    const auto [known, is_new] = edges_.try_emplace({edge.from, edge.to, edge.gate_index}, next);
    if (is_new) counts_.hops.push_back(edge);
    recent = {edge.from, edge.to, edge.gate_index, known->second};
  }
  ++counts_.hops[recent.hop].count;
}

void StatisticsObserver::gate_call(const Hop& hop) {
  ++counts_.gate_calls;
  const uint32_t from = last_index_of(hop.from);
  count_edge({from, index_of(cpu_->code), hop.gate_index, 0});
  static_cast<void>(index_of(cpu_->stack));
}

void StatisticsObserver::narrow(const Hop&) {
  ++counts_.narrows;
  static_cast<void>(index_of(cpu_->stack));
}

void StatisticsObserver::event(const asx::Fault& fault, const Hop&) {
  ++counts_.events[fault.vector];
  if (fault.vector >= asx::kVectorInterrupt) ++counts_.interrupts;
  static_cast<void>(index_of(cpu_->code));
}

}  // namespace emu
