// SPDX-License-Identifier: GPL-2.0-or-later
// Words for faults, for people.
#pragma once
#include <string>

#include "isa-ext/model/fault.h"

namespace emu {

[[nodiscard]] std::string hex(uint64_t value);

/// "vector 14 (page fault), error code 0x2, address 0x1000".
[[nodiscard]] std::string describe_event(const asx::Fault& event);

/// Why an event could not be delivered: "the secure stack is full".
[[nodiscard]] std::string describe_cause(const asx::Fault& failure);

/// The characters before the first NUL, without those that could disturb a terminal.
[[nodiscard]] std::string printable_name(const char* name, size_t size);

}  // namespace emu
