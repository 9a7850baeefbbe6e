// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/model/space.h"

#include "isa-ext/model/operations.h"
#include "isa-ext/model/translate.h"

namespace asx {
namespace {

bool is_same(const LoadedSpace& a, const LoadedSpace& b) {
  return a.id == b.id && a.generation == b.generation;
}

/// The space as it is now; of a dead one no flags and an empty list.
LoadedSpace live_or_empty(const CpuState& cpu, const PhysicalMemory& memory, const Variant& variant, SpaceId id,
                          uint32_t generation) {
  const auto live = find_live_space(cpu, memory, variant, id, generation);
  if (live) return loaded(id, *live.value());
  LoadedSpace dead;
  dead.id = id;
  dead.generation = generation;
  return dead;
}

}  // namespace

Checked<const SpaceDescriptor*> find_descriptor(const CpuState& cpu, const PhysicalMemory& memory, SpaceId id) {
  if (id.value == 0 || id.value >= cpu.space_count) return AsCause::SpaceInvalid;
  const auto* descriptor =
      memory.at<const SpaceDescriptor>(cpu.space_table + uint64_t{id.value} * sizeof(SpaceDescriptor));
  if (descriptor == nullptr) return AsCause::Addressing;
  return descriptor;
}

Checked<const SpaceDescriptor*> find_live_space(const CpuState& cpu, const PhysicalMemory& memory,
                                                const Variant& variant, SpaceId id, uint32_t generation) {
  const auto descriptor = find_descriptor(cpu, memory, id);
  if (!descriptor) return descriptor;
  if ((descriptor.value()->flags & kSpaceValid) == 0) return AsCause::SpaceInvalid;
  const bool is_compared = variant.generations == Generations::On;
  if (is_compared && descriptor.value()->generation != generation) return AsCause::SpaceGeneration;
  return descriptor;
}

LoadedSpace loaded(SpaceId id, const SpaceDescriptor& descriptor) {
  return {.id = id,
          .generation = descriptor.generation,
          .flags = descriptor.flags,
          .authority = descriptor.authority,
          .syscall_selector = descriptor.syscall_selector,
          .root = {descriptor.page_table_root},
          .list = {descriptor.list},
          .list_length = descriptor.list_length};
}

std::optional<LoadedSpace> load_space(const CpuState& cpu, const PhysicalMemory& memory, SpaceId id) {
  const auto descriptor = find_descriptor(cpu, memory, id);
  if (!descriptor) return std::nullopt;
  return loaded(id, *descriptor.value());
}

void load_code_and_stack(Machine& machine, ThreadBlock& thread, const LoadedSpace& code, const LoadedSpace& stack) {
  CpuState& cpu = machine.cpu;
  const bool changed = !is_same(cpu.code, code) || !is_same(cpu.stack, stack);
  cpu.code = code;
  cpu.stack = stack;
  thread.cs_id = code.id.value;
  thread.cs_generation = code.generation;
  thread.ss_id = stack.id.value;
  thread.ss_generation = stack.generation;
  if (changed) machine.engine.translations_changed();
}

void reload_spaces(CpuState& cpu, const PhysicalMemory& memory, const Variant& variant, uint64_t id) {
  for (LoadedSpace* space : {&cpu.code, &cpu.stack, &cpu.code_list, &cpu.stack_list}) {
    if (id != kAllSpaces && id != space->id.value) continue;
    *space = live_or_empty(cpu, memory, variant, space->id, space->generation);
  }
}

void load_lists_of_thread(CpuState& cpu, const PhysicalMemory& memory, const Variant& variant,
                          const ThreadBlock& thread) {
  if (!is_brought(variant, Half::Code)) {
    cpu.code_list = live_or_empty(cpu, memory, variant, {thread.code_list_id}, thread.code_list_generation);
  }
  if (!is_brought(variant, Half::Stack)) {
    cpu.stack_list = live_or_empty(cpu, memory, variant, {thread.stack_list_id}, thread.stack_list_generation);
  }
}

bool load_initial_space(CpuState& cpu, const PhysicalMemory& memory, SpaceId id) {
  constexpr uint32_t kNeeded = kSpaceValid | kSpaceCode | kSpaceStack;
  const auto space = load_space(cpu, memory, id);
  if (!space || (space->flags & kNeeded) != kNeeded) return false;
  cpu.code = cpu.stack = cpu.code_list = cpu.stack_list = *space;
  return true;
}

}  // namespace asx
