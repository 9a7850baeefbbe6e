// SPDX-License-Identifier: GPL-2.0-or-later
// A code space of a test's own making: it has the program's image (shared, at the same offsets), a few stacks for its
// gates, and a list with nothing in it but what the test puts there.
#pragma once
#include <cstdint>

#include "isa-ext/abi/structures.h"

namespace guest {

struct Child {
  uint16_t space;
};

[[nodiscard]] Child make_child(unsigned stacks);
/// One that may call the kernel, with basic authority.
[[nodiscard]] Child make_service(unsigned stacks);
/// The same with a copy of the image: its data is its own.
[[nodiscard]] Child make_copied_service(unsigned stacks);
/// Destroys it (unless it is destroyed) and empties the slot.
void end_child(Child child);

/// A gate into the child at a function of assembler.
[[nodiscard]] uint16_t make_gate(Child child, void (*entry)(), asx::StackPolicy policy, void (*recovery)() = nullptr);
/// Closes a gate and empties its slot.
void end_gate(uint16_t gate);

/// Puts an entry into the child's list; returns the selector that the child has for it.
[[nodiscard]] uint16_t grant(Child child, uint16_t selector, uint64_t rights);

}  // namespace guest
