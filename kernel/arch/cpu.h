// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel asks of the CPU.
#pragma once
#include <cstdint>

#include "asx/intrinsics.h"
#include "isa-ext/abi/structures.h"
#include "isa-ext/abi/system_register.h"
#include "kernel/arch/direct_map.h"

namespace kernel::cpu {

using asx::SystemRegister;

[[nodiscard]] inline uint64_t clock() {
  return asx::stsys<SystemRegister::Clock>();
}
[[nodiscard]] inline uint64_t pending_lines() {
  return asx::stsys<SystemRegister::Pending>();
}
inline void set_compare(uint64_t clock_value) {
  asx::ldsys<SystemRegister::Compare>(clock_value);
}
inline void set_space_table(PhysicalAddress table, uint64_t count) {
  asx::ldsys<SystemRegister::SpaceTable>(table.value);
  asx::ldsys<SystemRegister::SpaceCount>(count);
}
[[nodiscard]] inline PhysicalAddress space_table() {
  return {asx::stsys<SystemRegister::SpaceTable>()};
}
[[nodiscard]] inline PhysicalAddress thread_block() {
  return {asx::stsys<SystemRegister::Thread>()};
}
inline void set_vector_table(PhysicalAddress table) {
  asx::ldsys<SystemRegister::VectorTable>(table.value);
}
/// Drops what the CPUs have cached of a space: its descriptor, its list, its pages.
inline void invalidate(uint32_t space) {
  asx::invspace(space);
}
inline void invalidate_all() {
  asx::invspace(asx::kAllSpaces);
}
[[nodiscard]] inline uint32_t id() {
  return static_cast<uint32_t>(asx::stsys<SystemRegister::CpuId>());
}
/// Interrupts other CPUs, by line kSignalLine. Bit n: CPU n.
inline void signal(uint64_t cpus) {
  asx::ldsys<SystemRegister::Signal>(cpus);
}
/// Takes this CPU's own signals; its line goes down.
inline void take_signals() {
  static_cast<void>(asx::stsys<SystemRegister::Signal>());
}
/// Returns when an interrupt line asks that is not masked here.
inline void wait(uint64_t masked_lines) {
  asx::xwait(masked_lines);
}

/// The variant of the machine, from its feature leaf.
struct Features {
  bool is_asx;
  unsigned selector_bits;
  unsigned reserve, frames;  ///< of a secure stack
};
[[nodiscard]] inline Features features() {
  uint32_t a = asx::kFeatureLeaf, b, c = 0, d;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return {a == asx::kFeatureSignature, b, c, d};
}
/// asx::VariantBit.
[[nodiscard]] inline uint32_t variant_bits() {
  uint32_t a = asx::kVariantLeaf, b, c = 0, d;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return a;
}

}  // namespace kernel::cpu
