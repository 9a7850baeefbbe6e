// SPDX-License-Identifier: GPL-2.0-or-later
// Exceptions and interrupts: a forced gate call through the vector table (manual chapter 5).
#include <bit>

#include "isa-ext/model/event_mask.h"
#include "isa-ext/model/gate_entry.h"
#include "isa-ext/model/operations.h"
#include "isa-ext/model/space.h"

namespace asx {
namespace {

Checked<GateEntry> check_vector(const Machine& machine, uint32_t vector) {
  if (vector >= kVectorCount) return AsCause::Operand;
  const auto* entry = machine.memory.at<const VectorEntry>(machine.cpu.vector_table + vector * sizeof(VectorEntry));
  if (entry == nullptr) return AsCause::Addressing;
  if (entry->valid == 0) return AsCause::EntryInvalid;
  const SpaceId id{entry->space_id};
  const auto space = find_live_space(machine, id, entry->space_generation);
  if (!space) return space.cause();
  return check_gate(machine, Entering::Event, id, *space.value(), entry->gate_index);
}

}  // namespace

MaybeFault deliver_event(Machine& machine, const Fault& event) {
  auto entry = check_vector(machine, event.vector);
  if (!entry) return Fault::address_space(entry.cause(), Access::None, AsOperation::Event, event.address);

  const Observer::Hop hop{machine.cpu.code.id, entry.value().space, entry.value().gate_index};
  Frame& frame = enter_gate(machine, entry.value(), FrameKind::Event, machine.registers.rip);
  frame.vector = static_cast<uint16_t>(event.vector);
  frame.error_code = static_cast<uint16_t>(event.error_code);
  frame.fault_address = event.address.value;
  machine.observer.event(event, hop);
  return {};
}

uint64_t asking_lines(const CpuState& cpu, uint64_t device_lines, uint64_t clock) {
  const bool is_timer_due = cpu.compare != ~uint64_t{0} && clock >= cpu.compare;
  return device_lines | uint64_t{is_timer_due} << kTimerLine | uint64_t{cpu.signals != 0} << kSignalLine;
}

std::optional<uint32_t> interrupt_to_take(const CpuState& cpu) {
  const uint64_t asking = cpu.pending & ~cpu.event_mask & kEventMaskBits;
  if (asking == 0) return std::nullopt;
  return static_cast<uint32_t>(std::countr_zero(asking));
}

}  // namespace asx
