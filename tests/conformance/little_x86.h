// SPDX-License-Identifier: GPL-2.0-or-later
// The few x86 instructions that the suite's code uses, for CPUs without an engine: the oracle's and the model's.
#pragma once
#include <array>
#include <cstring>
#include <span>

#include "tests/conformance/image.h"
#include "tests/conformance/oracle/oracle.h"

namespace conformance {

/// A CPU has rip(), gpr(n), ram(), translate(address, access, physical), extension(bytes) (a fault or none, if the
/// bytes are an instruction of the extension; no value if not) and system_call().
template <typename Cpu>
oracle::MaybeFault access_memory(Cpu& cpu, unsigned base, unsigned value, unsigned width, asx::Access access) {
  uint64_t at = 0;
  if (const auto fault = cpu.translate(cpu.gpr(base), access, at)) return fault;
  const bool is_ram = at + width <= kMemory;  // else a device: stores are ignored, loads give 0
  if (access == asx::Access::Write && is_ram) std::memcpy(cpu.ram().data() + at, &cpu.gpr(value), width);
  if (access == asx::Access::Read) {
    cpu.gpr(value) = 0;
    if (is_ram) std::memcpy(&cpu.gpr(value), cpu.ram().data() + at, width);
  }
  return std::nullopt;
}

/// Fetches and executes what lies at RIP. A fault: RIP is still there.
template <typename Cpu>
oracle::MaybeFault step(Cpu& cpu) {
  uint64_t physical = 0;
  if (const auto fault = cpu.translate(cpu.rip(), asx::Access::Fetch, physical)) return fault;
  std::array<uint8_t, 16> code{};
  const auto ram = cpu.ram();
  for (size_t i = 0; i < code.size() && physical % 4096 + i < 4096; ++i) code[i] = ram[physical + i];
  if (const auto done = cpu.extension(code)) return *done;
  if (code[0] == 0x0f && code[1] == 0x05) return cpu.system_call();
  oracle::MaybeFault fault;
  uint64_t length = 0;
  if (code[0] == 0xeb) {
    length = 2 + uint64_t{code[1]};
  } else if (code[0] == 0xff && code[1] == 0xe1) {
    cpu.rip() = cpu.gpr(asx::kRcx);
  } else if ((code[0] & 0xfe) == 0x48 && (code[1] & 0xf8) == 0xb8) {
    std::memcpy(&cpu.gpr((code[1] & 7u) + (code[0] == 0x49 ? 8 : 0)), &code[2], 8);
    length = 10;
  } else if (code[0] == 0x48 && (code[1] == 0x89 || code[1] == 0x8b) && code[2] == 0x11) {
    fault = access_memory(cpu, asx::kRcx, asx::kRdx, 8, code[1] == 0x89 ? asx::Access::Write : asx::Access::Read);
    length = 3;
  } else if (code[0] == 0x89 && code[1] == 0x00) {
    fault = access_memory(cpu, asx::kRax, asx::kRax, 4, asx::Access::Write);
    length = 2;
  } else {
    fault = oracle::Fault{asx::kVectorInvalidOpcode, 0, 0};
  }
  if (!fault) cpu.rip() += length;
  return fault;
}

}  // namespace conformance
