// SPDX-License-Identifier: GPL-2.0-or-later
// Where an operand names its space (manual 7.1): in tagged mode in its address; in access-register and segment mode
// in a selector register beside the registers that make the address.
#pragma once
#include "isa-ext/model/machine.h"

namespace asx {

/// The register that an operand's address begins with.
struct OperandBase {
  enum Kind : uint8_t { General, InstructionPointer, None } kind = None;
  Register number = kRax;  ///< General
};

/// A prefix that overrides the segment of an operand. FS and GS do not stand here: such an operand is tagged.
enum class SegmentPrefix : uint8_t { None, Es, Cs, Ss, Ds };

/// The number of the selector register that names an operand's space, 1 to 15; no value: it is the code space.
using SelectorSource = std::optional<uint8_t>;

/// Of an operand that the instruction writes out, and of those that it implies but does not push or pop: through RSI,
/// through RBX (XLAT), through RDI (MASKMOVQ).
[[nodiscard]] SelectorSource operand_selector(OperandMode mode, OperandBase base, SegmentPrefix prefix);
/// Of what is pushed or popped: PUSH, POP, CALL, RET, ENTER, LEAVE and their like.
[[nodiscard]] SelectorSource stack_selector(OperandMode mode);
/// Of the string operand through RDI, which no prefix overrides.
[[nodiscard]] SelectorSource string_target_selector(OperandMode mode);

/// What the source holds now.
[[nodiscard]] inline Selector selector_in(const CpuState& cpu, SelectorSource source) {
  return source ? Selector{cpu.selector_registers[*source - 1u]} : Selector{};
}

/// The mode that the variant offers beside Tagged; Tagged if none.
[[nodiscard]] OperandMode offered_mode(const Variant& variant);

/// Whether ldsel may load a selector register: 1 to 15 in access-register mode, DS, SS, ES in segment mode.
[[nodiscard]] bool has_selector_register(const Variant& variant, uint8_t number);

/// Part of a commit. What the variant does not offer counts as Tagged.
void set_operand_mode(Machine& machine, OperandMode mode);

}  // namespace asx
