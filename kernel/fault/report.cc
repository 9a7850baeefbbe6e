// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/fault/report.h"

#include "kernel/arch/log.h"
#include "kernel/fault/cause_text.h"
#include "kernel/object/space.h"

namespace kernel {

namespace {

constexpr uint32_t kChainLimit = 16;  // longer chains are recursion

void log_space(uint32_t id, uint32_t generation) {
  if (space_table().is_alive(id, generation)) {
    const asx::SpaceDescriptor& descriptor = space_table().descriptor(id);
    log(Text{descriptor.name, sizeof descriptor.name}, " (space ", id, ")");
  } else {
    log("a dead space (", id, ")");
  }
}

void log_gate(const GateName& gate) {
  log("gate ", gate.index, " of ");
  log_space(gate.space, gate.generation);
}

/// An address whose selector names something that has no memory.
void log_other_entry(asx::Selector selector, const AccessListEntry& entry) {
  log("selector ", Hex{selector.value}, " names ");
  if (entry.kind == EntryKind::Gate) {
    log_gate({entry.space_id, entry.space_generation, entry.gate_index});
  } else {
    log("a kernel object");
  }
  log("\n");
}

/// Which space the selector of a faulting address names, in the sets of the code that faulted.
void log_address(const FaultRecord& fault) {
  const asx::VirtualAddress address{fault.address};
  log("  address ", Hex{fault.address}, ": ");
  const asx::Selector selector = address.selector();
  const bool is_code_half = selector.half() == asx::Half::Code;
  if (selector.is_argument(AccessList::selector_bits)) {
    return log("offset ", Hex{address.offset()}, " of what the caller lent, by selector ", Hex{selector.value}, "\n");
  }
  uint32_t id = is_code_half ? fault.code_space : fault.stack_space;
  uint32_t generation = is_code_half ? fault.code_generation : fault.stack_generation;
  if (selector.index(AccessList::selector_bits) != 0) {
    const Space* owner = space_table().find(id, generation);
    const AccessListEntry* entry = owner == nullptr ? nullptr : owner->list().find(selector);
    if (entry == nullptr) return log("selector ", Hex{selector.value}, " names nothing\n");
    if (entry->kind != EntryKind::Space) return log_other_entry(selector, *entry);
    id = entry->space_id;
    generation = entry->space_generation;
  }
  log("offset ", Hex{address.offset()}, " of ");
  log_space(id, generation);
  log(", by selector ", Hex{selector.value}, "\n");
}

void log_caller(const Frame& frame) {
  const GateName gate{frame.gate_space, frame.gate_space_generation, frame.gate_index};
  switch (frame.kind) {
    case FrameKind::Call:
      log("  called from ");
      break;
    case FrameKind::Event:
      log("  because of a fault in ");
      break;
    default:
      log("  narrowed in ");
      break;
  }
  log_space(frame.cs_id, frame.cs_generation);
  log(" at ", Hex{frame.rip});
  if (frame.kind == FrameKind::Narrow) {
    log(", from stack space ");
    log_space(frame.ss_id, frame.ss_generation);
  } else {
    log(", through ");
    log_gate(gate);
  }
  log("\n");
}

bool has_address(uint32_t vector) {
  return vector == asx::kVectorPageFault || vector == asx::kVectorAddressSpace;
}

}  // namespace

void record_fault(Thread& thread, const Frame& event) {
  FaultRecord& fault = thread.fault;
  fault.vector = event.vector;
  fault.error_code = event.error_code;
  fault.address = event.fault_address;
  fault.rip = event.rip;
  fault.code_space = event.cs_id;
  fault.code_generation = event.cs_generation;
  fault.stack_space = event.ss_id;
  fault.stack_generation = event.ss_generation;
  fault.is_out_of_memory = false;
}

void report_fault(const Thread& thread, uint32_t below_top) {
  const FaultRecord& fault = thread.fault;
  log("fault in thread ", thread.number, ": ");
  log_cause(fault);
  log("\n");
  if (has_address(fault.vector)) log_address(fault);
  log("  in ");
  log_space(fault.code_space, fault.code_generation);
  log(" at ", Hex{fault.rip}, ", stack space ");
  log_space(fault.stack_space, fault.stack_generation);
  log("\n");
  const SecureStack stack = thread.frames();
  const Frame* first = stack.frame(below_top);
  // Told by a fault gate: the frame it was entered by is the fault itself, which has just been named.
  if (first != nullptr && first->kind == FrameKind::Event && first->rip == fault.rip) ++below_top;
  const uint32_t end = below_top + kChainLimit;
  for (const Frame* frame = stack.frame(below_top); frame != nullptr; frame = stack.frame(++below_top)) {
    if (below_top < end) log_caller(*frame);
  }
  if (below_top > end) log("  and ", below_top - end, " frames more\n");
  if (thread.start_gate.space != 0) {
    log("  started through ");
    log_gate(thread.start_gate);
    log("\n");
  }
}

}  // namespace kernel
