// SPDX-License-Identifier: GPL-2.0-or-later
// Which addresses an instruction accesses: the engine reports only the page of a fault.
#pragma once
#include <capstone/capstone.h>

#include <cstdint>
#include <vector>

#include "isa-ext/model/machine.h"

namespace emu {

struct OperandAddress {
  uint64_t address;
  bool reads, writes;
};

/// The first byte of each access of an instruction (decoded with detail), by the registers before it. next_rip is the
/// address behind it.
[[nodiscard]] std::vector<OperandAddress> operand_addresses(const cs_insn& instruction, const asx::Registers& registers,
                                                            uint64_t next_rip);

}  // namespace emu
