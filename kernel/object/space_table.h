// SPDX-License-Identifier: GPL-2.0-or-later
// The table of space descriptors that the hardware reads, and beside it the kernel's own record of each space.
#pragma once
#include "isa-ext/abi/structures.h"
#include "kernel/arch/direct_map.h"
#include "kernel/lib/result.h"

namespace kernel {

class Space;

class SpaceTable {
 public:
  static constexpr uint32_t kSpaces = 4096;

  constexpr SpaceTable() = default;
  /// Takes over the boot table's descriptor of the kernel space and puts the bigger table in force. OutOfMemory.
  Status initialize(PhysicalAddress boot_table);
  /// Makes it that of this CPU.
  void put_in_force() const;
  /// Reserves an id; the one given back last comes first. OutOfMemory: there is none.
  Result<uint32_t> allocate();
  /// Ends a space's life: bumps the generation, which makes every reference stale, and frees the id.
  void retire(uint32_t id);
  /// How many have ended until now.
  [[nodiscard]] uint64_t deaths() const { return deaths_; }
  void attach(uint32_t id, Space& space) { spaces()[id] = &space; }

  [[nodiscard]] asx::SpaceDescriptor& descriptor(uint32_t id) const { return descriptors()[id]; }
  /// The living space of this id and generation, or nullptr.
  [[nodiscard]] Space* find(uint32_t id, uint32_t generation) const {
    if (id == 0 || id >= kSpaces || descriptor(id).generation != generation) return nullptr;
    return spaces()[id];
  }
  /// Calls visit(space) for every living space, the kernel's first.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (uint32_t id = 1; id < fresh_; ++id) {
      if (spaces()[id] != nullptr) visit(*spaces()[id]);
    }
  }
  [[nodiscard]] bool is_alive(uint32_t id, uint32_t generation) const { return find(id, generation) != nullptr; }

 private:
  [[nodiscard]] asx::SpaceDescriptor* descriptors() const { return at<asx::SpaceDescriptor>(table_); }
  [[nodiscard]] Space** spaces() const { return at<Space*>(records_); }

  PhysicalAddress table_;
  PhysicalAddress records_;
  uint64_t deaths_ = 0;
  uint32_t fresh_ = 0;       ///< the lowest id that was never used
  uint32_t first_free_ = 0;  ///< ids that were: a list through SpaceDescriptor::list_length. 0 = none
};

[[nodiscard]] SpaceTable& space_table();

}  // namespace kernel
