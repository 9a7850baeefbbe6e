// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/emu/operand_cases.h"

#include <catch2/catch_test_macros.hpp>
#include <sstream>

using namespace asx;

namespace test {

FormParts parse(const char* text) {
  FormParts parts;
  std::istringstream in(text);
  bool has_extension = false;
  for (std::string token; in >> token;) {
    if (token == "W") {
      parts.wide = true;
    } else if (token[0] == '/') {
      parts.extension = token[1] - '0';
      has_extension = true;
    } else {
      const int byte = std::stoi(token, nullptr, 16);
      const bool is_prefix = byte == 0x66 || byte == 0xf2 || byte == 0xf3 || byte == 0xf0;
      auto& list = has_extension ? parts.immediate : is_prefix && parts.opcode.empty() ? parts.prefixes : parts.opcode;
      list.push_back(byte);
    }
  }
  return parts;
}

namespace {

bool is_data_page_fault(const Frame& frame) {
  return frame.vector == kVectorPageFault && (frame.error_code & kPageFaultFetch) == 0;
}

}  // namespace

size_t compare(OperandStyle style, const std::vector<OperandCase>& cases) {
  OperandWorld tagged(OperandStyle::Tagged), world(style);
  for (const OperandCase& item : cases) {
    tagged.put_code(item);
    world.put_code(item);
  }
  size_t faults = 0;
  for (const OperandCase& item : cases) {
    INFO(item.name);
    const Outcome expected = tagged.run_case(item), outcome = world.run_case(item);
    CHECK(outcome.frame.vector == expected.frame.vector);
    CHECK(outcome.frame.error_code == expected.frame.error_code);
    const uint64_t selector = is_data_page_fault(expected.frame) ? world.selector_of(item.region).value : 0;
    CHECK(outcome.frame.fault_address == (expected.frame.fault_address | selector << kOffsetBits));
    CHECK(outcome.frame.rip == expected.frame.rip);
    CHECK(outcome.frame.rflags == expected.frame.rflags);
    CHECK(outcome.frame.fs_base == expected.frame.fs_base);
    CHECK(outcome.frame.gs_base == expected.frame.gs_base);
    for (unsigned i = 0; i < 16; ++i) {
      INFO("register " << i);
      CHECK(outcome.frame.gpr[i] == expected.frame.gpr[i]);
    }
    CHECK(outcome.instructions == expected.instructions);
    CHECK((outcome.memory == expected.memory));
    if (expected.frame.vector != kVectorInvalidOpcode) ++faults;
  }
  return faults;
}

}  // namespace test
