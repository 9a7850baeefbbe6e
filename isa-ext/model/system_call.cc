// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/model/gate_entry.h"
#include "isa-ext/model/operations.h"

namespace asx {
namespace {

constexpr uint64_t kSystemCallLength = 2;  // 0F 05

MaybeFault call_system_gate(Machine& machine, uint64_t return_rip) {
  const uint32_t selector = machine.cpu.code.syscall_selector;
  const bool is_in_code_half = selector != 0 && selector < 0x8000;
  if (!is_in_code_half) return Fault::address_space(AsCause::NoSyscallGate, Access::None, AsOperation::GateCall, {});
  return call_gate(machine, {.gate = {static_cast<uint16_t>(selector)}, .return_rip = return_rip});
}

}  // namespace

MaybeFault system_call(Machine& machine) {
  const uint64_t return_rip = machine.registers.rip + kSystemCallLength;
  const MaybeFault fault = call_system_gate(machine, return_rip);
  if (fault && !is_switch(*fault)) {
    machine.observer.refused(*fault);
  } else {
    machine.registers.gpr[kRcx] = return_rip;  // as x86 leaves it; R11 has the gate's parameter instead of RFLAGS
  }
  return fault;
}

}  // namespace asx
