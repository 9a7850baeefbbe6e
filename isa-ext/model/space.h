// SPDX-License-Identifier: GPL-2.0-or-later
// The space table, and what happens when CS or SS is loaded (manual 2.1, 2.2).
#pragma once
#include "isa-ext/model/checked.h"
#include "isa-ext/model/machine.h"

namespace asx {

/// The descriptor, alive or not. SpaceInvalid beyond the table, Addressing if the table is not in RAM.
[[nodiscard]] Checked<const SpaceDescriptor*> find_descriptor(const CpuState& cpu, const PhysicalMemory& memory,
                                                              SpaceId id);

/// The descriptor of a space that lives and still has the generation. SpaceInvalid, SpaceGeneration, Addressing.
/// With --generations=off any life of the space will do.
[[nodiscard]] Checked<const SpaceDescriptor*> find_live_space(const CpuState& cpu, const PhysicalMemory& memory,
                                                              const Variant& variant, SpaceId id, uint32_t generation);
[[nodiscard]] inline Checked<const SpaceDescriptor*> find_live_space(const Machine& machine, SpaceId id,
                                                                     uint32_t generation) {
  return find_live_space(machine.cpu, machine.memory, machine.variant, id, generation);
}

/// What CS or SS holds of a descriptor.
[[nodiscard]] LoadedSpace loaded(SpaceId id, const SpaceDescriptor& descriptor);

/// The space that index 0 of the half names: CS or SS.
[[nodiscard]] inline const LoadedSpace& loaded_in(const CpuState& cpu, Half half) {
  return half == Half::Code ? cpu.code : cpu.stack;
}

/// Whether a load of CS (of SS) brings the half; otherwise it is the thread's (--bind, manual 7.2).
[[nodiscard]] constexpr bool is_brought(const Variant& variant, Half half) {
  const bool only_other = variant.bind == (half == Half::Code ? Bind::Stack : Bind::Code);
  return !only_other && variant.bind != Bind::None;
}

/// The space whose list the half is, when `loaded` is CS (or SS).
[[nodiscard]] inline const LoadedSpace& list_owner(const CpuState& cpu, const Variant& variant, Half half,
                                                   const LoadedSpace& loaded) {
  if (is_brought(variant, half)) return loaded;
  return half == Half::Code ? cpu.code_list : cpu.stack_list;
}
[[nodiscard]] inline const LoadedSpace& list_owner(const CpuState& cpu, const Variant& variant, Half half) {
  return list_owner(cpu, variant, half, loaded_in(cpu, half));
}

/// --spaces=one (manual 7.10): whether going from CS to this space is for the kernel to do.
[[nodiscard]] inline bool needs_kernel(const Machine& machine, SpaceId id, uint32_t generation, uint32_t flags) {
  if (machine.variant.spaces != Spaces::One) return false;
  const LoadedSpace& code = machine.cpu.code;
  const bool is_same = code.id == id && code.generation == generation;
  return !is_same && ((code.flags | flags) & kSpacePrivileged) == 0;
}

/// Puts CS and SS in force, here and in the thread block. Part of a commit: cannot fail.
void load_code_and_stack(Machine& machine, ThreadBlock& thread, const LoadedSpace& code, const LoadedSpace& stack);

/// Reads from the thread block whose lists the thread's are (--bind). A dead one counts as an empty list.
void load_lists_of_thread(CpuState& cpu, const PhysicalMemory& memory, const Variant& variant,
                          const ThreadBlock& thread);

/// What invspace does to a CPU: reads again what CS, SS and the thread's lists hold, if `id` is theirs or kAllSpaces.
/// One that has died leaves no flags and an empty half, so that nothing of its list is used.
void reload_spaces(CpuState& cpu, const PhysicalMemory& memory, const Variant& variant, uint64_t id);

}  // namespace asx
