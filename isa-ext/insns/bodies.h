// SPDX-License-Identifier: GPL-2.0-or-later
// One function a row of the instruction table, each in a file of its mnemonic's name. A body checks, then commits; on
// a fault it has changed nothing. Privilege is checked, and RIP advanced (flow Next), by execute().
#pragma once
#include "isa-ext/encoding/instruction.h"
#include "isa-ext/model/machine.h"

namespace asx::insns {

#define ASX_INSTRUCTION(enumerator, name, ...) \
  [[nodiscard]] MaybeFault name(Machine& machine, const Instruction& instruction);
#include "isa-ext/encoding/instructions.def"
#undef ASX_INSTRUCTION

/// The fault of an instruction that is about no address.
[[nodiscard]] inline Fault refuse(AsCause cause, AsOperation operation = AsOperation::Other) {
  return Fault::address_space(cause, Access::None, operation, {});
}

/// The fault of an instruction that the variant does not have: as if its encoding meant nothing.
[[nodiscard]] inline Fault not_offered() {
  return {kVectorInvalidOpcode, 0, {}};
}

}  // namespace asx::insns
