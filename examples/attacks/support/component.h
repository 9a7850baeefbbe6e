// SPDX-License-Identifier: GPL-2.0-or-later
// A component of an attack: a code space that runs this program's code (its image, which it cannot write) and holds
// nothing else but its stacks and what it is granted. What it faults with comes back to the caller.
#pragma once
#include <cstdint>

#include "userland/runtime/kernel.h"

namespace attack {

/// How a call ended.
struct Outcome {
  uint64_t value = 0, second = 0;  ///< RAX and RDX, if it did not fault
  bool has_faulted = false;
  uint32_t vector = 0, error_code = 0;  ///< if it did
  uint64_t address = 0;
};

/// Ends the program with status 2 unless the reply is a selector or Ok, and returns the selector.
uint16_t must(const hop::Reply& reply);

/// A component with so many stacks for its gates; its selector has all rights.
[[nodiscard]] uint16_t make_component(const char* name, unsigned stacks);
/// A gate into it.
[[nodiscard]] uint16_t make_gate(uint16_t component, void (*entry)());
/// Puts an entry into its list, where its code finds it by the selector `index`.
void grant(uint16_t component, uint16_t index, uint16_t selector, uint64_t rights);

/// A space of one page of data, with the words at its front. Its selector has all rights.
[[nodiscard]] uint16_t make_data(const char* name, uint64_t first_word, uint64_t second_word = 0);
/// The address of an offset in the space that a selector names.
[[nodiscard]] constexpr uint64_t address_in(uint16_t selector, uint64_t offset) {
  return uint64_t{selector} << 48 | offset;
}

/// gcall with this operand (a selector in its low 16 bits) and RDI. Keeps its own registers whatever the callee does.
[[nodiscard]] Outcome call(uint64_t operand, uint64_t rdi = 0);
/// What RAX and RDX of a return from a component mean.
[[nodiscard]] Outcome outcome_of(uint64_t rax, uint64_t rdx);

}  // namespace attack
