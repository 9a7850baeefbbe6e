// SPDX-License-Identifier: GPL-2.0-or-later
// --return-stack=memory: the part of a frame that gret takes from the callee's stack (manual 7.3).
#pragma once
#include "isa-ext/model/checked.h"
#include "isa-ext/model/machine.h"
#include "isa-ext/model/page_walk.h"

namespace asx {

/// Where the record of a call lies that got this stack, in the sets of the callee.
[[nodiscard]] constexpr VirtualAddress record_address(const StackSlot& slot) {
  return {slot.rsp - sizeof(ReturnRecord)};
}

/// The memory of the record, found in the sets that will be in force when `callee` is CS. ReturnRecord: it cannot be
/// written there; Addressing: misaligned. Checks leave the marks of its page alone, the commit sets them.
[[nodiscard]] Checked<ReturnRecord*> find_record(const Machine& machine, const LoadedSpace& callee,
                                                 VirtualAddress address, Marks marks);

[[nodiscard]] ReturnRecord record_of(const Frame& frame);

/// Whether gret goes by the record: the variant says so, the call came with a stack, and the callee itself returns.
/// Whoever pops the frame for it (a kernel that unwinds) goes by the frame.
[[nodiscard]] inline bool returns_by_record(const Machine& machine, const Frame& frame) {
  if (machine.variant.return_stack != ReturnStack::Memory || frame.kind != FrameKind::Call) return false;
  const LoadedSpace& code = machine.cpu.code;
  const bool returns_itself = frame.gate_space == code.id.value && frame.gate_space_generation == code.generation;
  return returns_itself && frame.pool_slot != 0;
}

/// The frame with the record's values put over it. Faults as a load does; Addressing: the frame's pool slot is no good.
/// Marks as in find_record.
[[nodiscard]] Result<Frame> frame_by_record(const Machine& machine, const Frame& frame, Marks marks);

}  // namespace asx
