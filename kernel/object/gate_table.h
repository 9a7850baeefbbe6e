// SPDX-License-Identifier: GPL-2.0-or-later
// The gates of one space, and the stacks they hand out.
#pragma once
#include "isa-ext/abi/structures.h"
#include "kernel/arch/direct_map.h"
#include "kernel/lib/result.h"
#include "kernel/memory/account.h"

namespace kernel {

/// A gate named without a selector, as frames name it too.
struct GateName {
  uint32_t space = 0, generation = 0, index = 0;
};

/// Gates by index. An index is used once: entries elsewhere name a gate by it, and carry no generation of the gate.
class GateTable {
 public:
  static constexpr uint32_t kMaximumGates = 16384;

  constexpr GateTable() = default;
  /// Adds a gate; returns its index. The table may move. OutOfMemory, NoSpace.
  Result<uint32_t> add(const asx::Gate& gate, Account& account);
  /// The gate, or nullptr if there is none or it is closed.
  [[nodiscard]] asx::Gate* find(uint32_t index) const {
    if (index >= count_ || (gates()[index].flags & asx::kGateValid) == 0) return nullptr;
    return &gates()[index];
  }
  void destroy(Account& account);
  [[nodiscard]] PhysicalAddress address() const { return address_; }
  [[nodiscard]] uint32_t count() const { return count_; }
  /// Of memory.
  [[nodiscard]] uint64_t bytes() const { return capacity_ * sizeof(asx::Gate); }

 private:
  [[nodiscard]] asx::Gate* gates() const { return at<asx::Gate>(address_); }

  PhysicalAddress address_;
  uint32_t count_ = 0;
  uint32_t capacity_ = 0;
};

/// The stacks of a space's gates: one page, which never moves, since frames name it by its address.
namespace stack_pool {

constexpr uint32_t kMaximumStacks = (asx::kPageSize - sizeof(asx::StackPool)) / sizeof(asx::StackSlot);

[[nodiscard]] inline asx::StackPool& header(PhysicalAddress pool) {
  return *at<asx::StackPool>(pool);
}
[[nodiscard]] inline asx::StackSlot& slot(PhysicalAddress pool, uint32_t number) {
  return at<asx::StackSlot>(pool + sizeof(asx::StackPool))[number - 1];
}
Result<PhysicalAddress> create(Account& account);
/// Adds a stack. NoSpace.
Status add(PhysicalAddress pool, uint64_t rsp, uint64_t fs_base);
/// Takes a stack, as gcall does; returns its 1-based slot, or 0: none is free.
[[nodiscard]] inline uint32_t take(PhysicalAddress pool) {
  asx::StackPool& head = header(pool);
  const uint32_t number = head.first_free;
  if (number == 0) return 0;
  asx::StackSlot& taken = slot(pool, number);
  head.first_free = taken.next_free;
  --head.free_count;
  taken.in_use = 1;
  taken.next_free = 0;
  return number;
}
/// The stack that comes next, or nullptr.
[[nodiscard]] const asx::StackSlot* next(PhysicalAddress pool);
/// Gives it back, as gret does.
void give_back(PhysicalAddress pool, uint32_t slot);

}  // namespace stack_pool

}  // namespace kernel
