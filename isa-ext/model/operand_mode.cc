// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/model/operand_mode.h"

namespace asx {
namespace {

SelectorSource access_register_of(OperandBase base) {
  // as in ESA/390, number 0 in the place of a base means none
  if (base.kind != OperandBase::General || base.number == kRax) return std::nullopt;
  return static_cast<uint8_t>(base.number);
}

SelectorSource segment_of(OperandBase base, SegmentPrefix prefix) {
  switch (prefix) {
    case SegmentPrefix::Es:
      return kEs;
    case SegmentPrefix::Cs:
      return std::nullopt;
    case SegmentPrefix::Ss:
      return kSs;
    case SegmentPrefix::Ds:
      return kDs;
    case SegmentPrefix::None:
      break;
  }
  if (base.kind == OperandBase::InstructionPointer) return std::nullopt;
  const bool is_on_stack = base.kind == OperandBase::General && (base.number == kRsp || base.number == kRbp);
  return is_on_stack ? kSs : kDs;
}

}  // namespace

SelectorSource operand_selector(OperandMode mode, OperandBase base, SegmentPrefix prefix) {
  return mode == OperandMode::AccessRegister ? access_register_of(base) : segment_of(base, prefix);
}

SelectorSource stack_selector(OperandMode mode) {
  return operand_selector(mode, {OperandBase::General, kRsp}, SegmentPrefix::None);
}

SelectorSource string_target_selector(OperandMode mode) {
  return operand_selector(mode, {OperandBase::General, kRdi}, SegmentPrefix::Es);
}

OperandMode offered_mode(const Variant& variant) {
  switch (variant.operand) {
    case OperandStyle::Tagged:
      return OperandMode::Tagged;
    case OperandStyle::AccessRegister:
      return OperandMode::AccessRegister;
    case OperandStyle::Segment:
      return OperandMode::Segment;
  }
  return OperandMode::Tagged;
}

bool has_selector_register(const Variant& variant, uint8_t number) {
  switch (variant.operand) {
    case OperandStyle::Tagged:
      return false;
    case OperandStyle::AccessRegister:
      return number >= 1 && number <= kSelectorRegisters;
    case OperandStyle::Segment:
      return number >= kDs && number <= kEs;
  }
  return false;
}

void set_operand_mode(Machine& machine, OperandMode mode) {
  const OperandMode next = mode == offered_mode(machine.variant) ? mode : OperandMode::Tagged;
  if (next == machine.cpu.operand_mode) return;
  machine.cpu.operand_mode = next;
  machine.engine.translations_changed();
}

}  // namespace asx
