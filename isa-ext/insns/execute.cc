// SPDX-License-Identifier: GPL-2.0-or-later
// From the decoded instruction to its body.
#include "isa-ext/encoding/table.h"
#include "isa-ext/insns/bodies.h"
#include "isa-ext/model/operations.h"

namespace asx {
namespace {

MaybeFault run_body(Machine& machine, const Instruction& instruction) {
  switch (instruction.mnemonic) {
#define ASX_INSTRUCTION(enumerator, name, ...) \
  case Mnemonic::enumerator:                   \
    return insns::name(machine, instruction);
#include "isa-ext/encoding/instructions.def"
#undef ASX_INSTRUCTION
  }
  return Fault{kVectorInvalidOpcode, 0, {}};
}

MaybeFault check_and_run(Machine& machine, const Instruction& instruction) {
  const InstructionRow& row = row_of(instruction.mnemonic);
  const bool is_privileged = (machine.cpu.code.flags & kSpacePrivileged) != 0;
  if (row.privilege == Privilege::Privileged && !is_privileged) return insns::refuse(AsCause::Privilege);
  const MaybeFault fault = run_body(machine, instruction);
  if (!fault && row.flow == Flow::Next) machine.registers.rip += instruction.length;
  return fault;
}

}  // namespace

MaybeFault execute(Machine& machine, const Instruction& instruction) {
  const MaybeFault fault = check_and_run(machine, instruction);
  if (fault && fault->vector == kVectorAddressSpace && !is_switch(*fault)) machine.observer.refused(*fault);
  return fault;
}

}  // namespace asx
