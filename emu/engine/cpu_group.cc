// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/engine/cpu_group.h"

#include <bit>
#include <new>

namespace emu {
namespace {

/// Calls action(n) for each bit n of a set that is a CPU's.
template <typename Action>
void for_each_cpu(uint64_t set, Action action) {
  for (uint64_t left = set & ((uint64_t{1} << asx::kMaximumCpus) - 1); left != 0; left &= left - 1) {
    action(static_cast<uint32_t>(std::countr_zero(left)));
  }
}

}  // namespace

CpuGroup::CpuGroup(uint64_t memory_size)
    : pages_(static_cast<Page*>(std::calloc(memory_size / asx::kPageSize, sizeof(Page)))) {
  if (pages_ == nullptr) throw std::bad_alloc();
}

void CpuGroup::signal(uint32_t from, uint64_t cpus) {
  for_each_cpu(cpus, [&](uint32_t cpu) {
    if (peers_[cpu] != nullptr) peers_[cpu]->signalled_by(from);
  });
}

void CpuGroup::invalidate_space(uint32_t from, uint64_t space) {
  for (uint32_t cpu = 0; cpu < peers_.size(); ++cpu) {
    if (cpu != from && peers_[cpu] != nullptr) peers_[cpu]->invalidate_space(space);
  }
}

void CpuGroup::granted_write(uint32_t cpu, asx::PhysicalAddress page) {
  Page& state = at(page);
  for_each_cpu(state.code & ~bit(cpu), [&](uint32_t other) { peers_[other]->code_written(page); });
  state.code &= bit(cpu);
  state.writers |= bit(cpu);
}

void CpuGroup::granted_fetch(uint32_t cpu, asx::PhysicalAddress page) {
  Page& state = at(page);
  for_each_cpu(state.writers & ~bit(cpu), [&](uint32_t other) { peers_[other]->write_right_lost(page); });
  state.writers &= bit(cpu);
  state.code |= bit(cpu);
}

}  // namespace emu
