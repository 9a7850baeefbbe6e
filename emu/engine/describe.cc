// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/engine/describe.h"

#include <cstdio>

namespace emu {
namespace {

std::string vector_name(uint32_t vector) {
  switch (vector) {
    case asx::kVectorDivideError:
      return "divide error";
    case asx::kVectorDebug:
      return "debug trap";
    case asx::kVectorBreakpoint:
      return "breakpoint";
    case asx::kVectorInvalidOpcode:
      return "invalid opcode";
    case asx::kVectorGeneralProtection:
      return "general protection";
    case asx::kVectorPageFault:
      return "page fault";
    case asx::kVectorFloatingPoint:
      return "floating point";
    case asx::kVectorAlignment:
      return "alignment check";
    case asx::kVectorSimd:
      return "SIMD floating point";
    case asx::kVectorAddressSpace:
      return "address-space fault";
    default:
      break;
  }
  if (vector >= asx::kVectorInterrupt) return "interrupt line " + std::to_string(vector - asx::kVectorInterrupt);
  return "exception";
}

}  // namespace

std::string hex(uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

std::string describe_event(const asx::Fault& event) {
  return "vector " + std::to_string(event.vector) + " (" + vector_name(event.vector) + "), error code " +
         hex(event.error_code) + ", address " + hex(event.address.value);
}

std::string describe_cause(const asx::Fault& failure) {
  using asx::AsCause;
  const AsCause cause = asx::AsError::from_code(failure.error_code).cause;
  switch (cause) {
    case AsCause::EntryInvalid:
      return "the vector table has no valid entry for it";
    case AsCause::SpaceInvalid:
      return "the space of its vector does not exist";
    case AsCause::SpaceGeneration:
      return "the space of its vector has died";
    case AsCause::NotCodeSpace:
      return "the space of its vector is no code space";
    case AsCause::GateIndex:
    case AsCause::GateInvalid:
      return "the gate of its vector does not exist";
    case AsCause::SecureStackFull:
      return "the secure stack is full";
    case AsCause::PoolEmpty:
      return "the stack pool of its gate is empty";
    case AsCause::Addressing:
      return "a structure it needs lies outside physical memory or is malformed";
    default:
      return "check " + std::to_string(static_cast<unsigned>(cause)) + " failed";
  }
}

std::string printable_name(const char* name, size_t size) {
  std::string text;
  for (size_t i = 0; i < size && name[i] != '\0'; ++i) {
    const bool is_plain = name[i] >= ' ' && name[i] < 0x7f;
    text += is_plain ? name[i] : '?';
  }
  return text;
}

}  // namespace emu
