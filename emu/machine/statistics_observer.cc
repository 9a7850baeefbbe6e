// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/machine/statistics_observer.h"

#include <cstring>
#include <iterator>
#include <utility>

namespace emu {

void StatisticsObserver::attach(const asx::CpuState& cpu, const asx::PhysicalMemory& memory) {
  cpu_ = &cpu;
  memory_ = memory;
}

void StatisticsObserver::begin() {
  static_cast<void>(index_of(cpu_->code));
  was_privileged_ = is_privileged();
}

bool StatisticsObserver::is_privileged() const {
  return (cpu_->code.flags & asx::kSpacePrivileged) != 0;
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

bool StatisticsObserver::note_crossing() {
  counts_.counters.frame_bytes += sizeof(asx::Frame);
  return std::exchange(was_privileged_, is_privileged());
}

void StatisticsObserver::gate_call(const Hop& hop) {
  ++counts_.gate_calls;
  const bool from_kernel = note_crossing();
  ++(was_privileged_ ? counts_.counters.kernel_calls : counts_.counters.service_calls);
  if (was_privileged_ && !from_kernel) ++counts_.kernel_entries;
  const uint32_t from = last_index_of(hop.from);
  count_edge({from, index_of(cpu_->code), hop.gate_index, 0});
  static_cast<void>(index_of(cpu_->stack));
}

void StatisticsObserver::gate_return(const Hop&) {
  ++counts_.gate_returns;
  const bool from_kernel = note_crossing();
  ++(from_kernel ? counts_.counters.kernel_returns : counts_.counters.service_returns);
}

void StatisticsObserver::narrow(const Hop&) {
  ++counts_.narrows;
  ++counts_.counters.narrows;
  note_crossing();
  static_cast<void>(index_of(cpu_->stack));
}

void StatisticsObserver::widen(const Hop&) {
  ++counts_.widens;
  ++counts_.counters.widens;
  note_crossing();
}

void StatisticsObserver::event(const asx::Fault& fault, const Hop&) {
  ++counts_.events[fault.vector];
  Counters& counters = counts_.counters;
  if (fault.vector >= asx::kVectorInterrupt) {
    ++counts_.interrupts;
    ++counters.interrupts;
  } else if (fault.vector == asx::kVectorPageFault) {
    ++counters.page_faults;
  } else if (fault.vector == asx::kVectorAddressSpace) {
    ++counters.address_space_faults;
  } else {
    ++counters.other_exceptions;
  }
  const bool from_kernel = note_crossing();
  if (was_privileged_ && !from_kernel) ++counts_.kernel_entries;
  static_cast<void>(index_of(cpu_->code));
}

void StatisticsObserver::event_return(const Hop&) {
  ++counts_.event_returns;
  ++counts_.counters.event_returns;
  note_crossing();
}

}  // namespace emu
