// SPDX-License-Identifier: GPL-2.0-or-later
// Doing something that may fault, and learning how it faulted: through a gate into the program's own space whose
// recovery entry says so.
#pragma once
#include <cstdint>

#include "isa-ext/abi/event.h"
#include "userland/runtime/gate_call.h"

namespace guest {

struct Caught {
  uint32_t vector = 0;
  uint32_t error_code = 0;
  uint64_t address = 0;
  bool has_faulted = false;
  friend bool operator==(const Caught&, const Caught&) = default;
  [[nodiscard]] bool is(asx::AsError error) const {
    return has_faulted && vector == asx::kVectorAddressSpace && error_code == error.code();
  }
  [[nodiscard]] bool is_page_fault(uint32_t flags) const {
    return has_faulted && vector == asx::kVectorPageFault && error_code == (flags | asx::kPageFaultUser);
  }
};

/// Calls function(argument) behind a gate; what it faulted with, if it did.
Caught probe(void (*function)(uint64_t), uint64_t argument);
Caught probe_read(uint64_t address);
/// The same, with a space lent: function and argument as of probe().
Caught probe_lending(const hop::Loan& loan, void (*function)(uint64_t), uint64_t argument);
Caught probe_write(uint64_t address);
/// Calls through a selector, with operation 0.
Caught probe_call(uint16_t selector);

/// A refused data access.
[[nodiscard]] constexpr asx::AsError data_fault(asx::AsCause cause, asx::Access access) {
  return {cause, access, asx::AsOperation::Data};
}
[[nodiscard]] constexpr asx::AsError call_fault(asx::AsCause cause) {
  return {cause, asx::Access::None, asx::AsOperation::GateCall};
}

/// The address of an offset in the space that a selector names.
[[nodiscard]] constexpr uint64_t address_in(uint16_t selector, uint64_t offset) {
  return uint64_t{selector} << 48 | offset;
}
[[nodiscard]] inline volatile uint64_t& word_at(uint16_t selector, uint64_t offset) {
  return *reinterpret_cast<volatile uint64_t*>(address_in(selector, offset));
}

}  // namespace guest
