// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/report/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "isa-ext/abi/devices/devices.h"
#include "isa-ext/abi/structures.h"

namespace emu {

std::string vector_name(uint32_t vector) {
  switch (vector) {
    case asx::kVectorDivideError:
      return "divide error";
    case asx::kVectorDebug:
      return "debug";
    case asx::kVectorBreakpoint:
      return "breakpoint";
    case asx::kVectorOverflow:
      return "overflow";
    case asx::kVectorInvalidOpcode:
      return "invalid opcode";
    case asx::kVectorGeneralProtection:
      return "general protection";
    case asx::kVectorPageFault:
      return "page fault";
    case asx::kVectorFloatingPoint:
      return "floating-point error";
    case asx::kVectorAlignment:
      return "alignment";
    case asx::kVectorSimd:
      return "SIMD error";
    case asx::kVectorAddressSpace:
      return "address-space fault";
    case asx::kVectorInterrupt + asx::kTimerLine:
      return "timer interrupt";
    default:
      break;
  }
  const uint32_t serial = asx::kVectorInterrupt + asx::kSerialInterrupt;
  if (vector >= serial && vector < serial + asx::kSerialLines) {
    return fmt::format("serial line {} interrupt", vector - serial);
  }
  return fmt::format("vector {}", vector);
}

std::vector<std::string> space_kinds(uint32_t flags) {
  std::vector<std::string> kinds;
  if ((flags & asx::kSpaceCode) != 0) kinds.emplace_back("code");
  if ((flags & asx::kSpaceStack) != 0) kinds.emplace_back("stack");
  if ((flags & asx::kSpacePrivileged) != 0) kinds.emplace_back("privileged");
  if ((flags & asx::kSpaceIo) != 0) kinds.emplace_back("io");
  return kinds;
}

std::string space_label(const std::vector<SeenSpace>& spaces, uint32_t index) {
  const SeenSpace& space = spaces.at(index);
  if (space.name.empty()) return fmt::format("space {}", space.id);
  const auto same =
      std::count_if(spaces.begin(), spaces.end(), [&](const SeenSpace& other) { return other.name == space.name; });
  if (same <= 1) return space.name;
  return space.generation == 0 ? fmt::format("{}#{}", space.name, space.id)
                               : fmt::format("{}#{}.{}", space.name, space.id, space.generation);
}

std::vector<HopCount> sorted_hops(const Statistics& statistics) {
  std::vector<HopCount> hops = statistics.hops;
  std::sort(hops.begin(), hops.end(), [](const HopCount& a, const HopCount& b) {
    return std::tuple(~a.count, a.from, a.to, a.gate_index) < std::tuple(~b.count, b.from, b.to, b.gate_index);
  });
  return hops;
}

}  // namespace emu
