// SPDX-License-Identifier: GPL-2.0-or-later
// What makes a thread change its sets: instructions, syscall, events. A failure changes nothing (nullification).
#pragma once
#include "isa-ext/encoding/instruction.h"
#include "isa-ext/model/machine.h"

namespace asx {

/// Executes one decoded ASX instruction at registers.rip: on success rip is past it (or where it leads), on a fault
/// nothing has changed.
[[nodiscard]] MaybeFault execute(Machine& machine, const Instruction& instruction);

/// The x86 `syscall` instruction (2 bytes at registers.rip): a gate call through the code space's syscall selector.
[[nodiscard]] MaybeFault system_call(Machine& machine);

/// Delivers an exception or interrupt through the vector table: pushes an event frame that returns to registers.rip.
/// A value means that the event cannot be delivered (no vector, no frame left): the machine must stop and say so.
[[nodiscard]] MaybeFault deliver_event(Machine& machine, const Fault& event);

/// The lines that ask a CPU at a clock value: those of devices, the timer's, and that of other CPUs' signals.
[[nodiscard]] uint64_t asking_lines(const CpuState& cpu, uint64_t device_lines, uint64_t clock);

/// The unmasked interrupt line that comes first, if any.
[[nodiscard]] std::optional<uint32_t> interrupt_to_take(const CpuState& cpu);

/// Puts CS and SS of the machine to a space, as the boot loader does. False if the descriptor is unusable.
[[nodiscard]] bool load_initial_space(CpuState& cpu, const PhysicalMemory& memory, SpaceId id);

}  // namespace asx
