// SPDX-License-Identifier: GPL-2.0-or-later
// The cast of most tests: a program with a stack, a narrower stack and data, a service behind gates, a kernel.
#pragma once
#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <ostream>
#include <vector>

#include "isa-ext/model/translate.h"
#include "tests/support/host/fake_machine.h"

namespace asx {

inline std::ostream& operator<<(std::ostream& out, const AsError& error) {
  return out << "#AS cause " << static_cast<int>(error.cause) << " access " << static_cast<int>(error.access)
             << " operation " << static_cast<int>(error.operation);
}
inline std::ostream& operator<<(std::ostream& out, const Fault& fault) {
  if (fault.vector == kVectorAddressSpace) {
    out << AsError::from_code(fault.error_code);
  } else {
    out << "vector " << fault.vector << " error " << fault.error_code;
  }
  return out << " at " << std::hex << fault.address.value << std::dec;
}

}  // namespace asx

namespace test {

using asx::Access;
using asx::AsCause;
using asx::AsOperation;
using asx::Fault;
using asx::kR10, asx::kR11, asx::kR12, asx::kRax, asx::kRbx, asx::kRcx, asx::kRdi, asx::kRsi, asx::kRsp;
using asx::Mnemonic;
using asx::SpaceId;
using asx::VirtualAddress;

struct Scenario : FakeMachine {
  static constexpr uint32_t kReadWrite = asx::kEntryRead | asx::kEntryWrite;
  static constexpr uint32_t kFrames = 12;
  static constexpr uint32_t kReserve = 3;
  static constexpr uint32_t kListLength = 8;
  static constexpr uint64_t kPage = 0x40'0000;  ///< mapped in every space but `stranger`, to a frame of its own

  // selectors in the program's sets
  static constexpr uint16_t kGateSelector = 1;         ///< gate 1 of the service, stacks from a pool
  static constexpr uint16_t kDataSelector = 2;         ///< data, read and write
  static constexpr uint16_t kNarrowSelector = 0x8001;  ///< the narrower stack
  static constexpr uint16_t kHeapSelector = 0x8002;    ///< data again, through the stack half

  explicit Scenario(const asx::Variant& variant = {});

  /// The page that kPage leads to.
  [[nodiscard]] asx::PhysicalAddress frame_of(SpaceId space) {
    return {page_entry(space, kPage, 0) & asx::kPteAddressMask};
  }
  /// Puts the operands in place and executes; a test of a refusal does the two apart.
  [[nodiscard]] asx::MaybeFault call(uint16_t selector = kGateSelector) {
    registers.gpr[kRax] = selector;
    return gcall();
  }
  [[nodiscard]] asx::MaybeFault gcall() { return run(Mnemonic::Gcall, 0, kRax); }
  [[nodiscard]] asx::MaybeFault narrow_to(uint16_t selector = kNarrowSelector, uint64_t rsp = 0x7000) {
    registers.gpr[kRax] = selector;
    registers.gpr[kRcx] = rsp;
    return narrow();
  }
  [[nodiscard]] asx::MaybeFault narrow() { return run(Mnemonic::Narrow, kRax, kRcx); }
  void become_privileged() {
    descriptor(program).flags |= asx::kSpacePrivileged;
    cpu.code.flags |= asx::kSpacePrivileged;
  }

  SpaceId kernel, program, service, stack, narrow_stack, data;
  asx::PhysicalAddress pool, thread_address;
};

/// Runs the action, which must fail with exactly this fault and change nothing.
void check_refused(FakeMachine& machine, const Fault& expected, const std::function<asx::MaybeFault()>& action);

/// One way to break a precondition, and the cause that must then be reported.
struct Violation {
  AsCause cause;
  std::function<void(Scenario&)> apply;
};

/// Applies each violation alone, and each pair: the first in the list must win, and nothing may change.
/// `prepare` brings a fresh scenario to where `action` would succeed.
void check_order(const std::vector<Violation>& violations, const std::function<void(Scenario&)>& prepare,
                 const std::function<asx::MaybeFault(Scenario&)>& action, const std::function<Fault(AsCause)>& fault);

/// The checks on a space entry or gate entry, SelectorIndex to SpaceGeneration.
[[nodiscard]] std::vector<Violation> entry_violations(SpaceId Scenario::*owner, uint32_t index,
                                                      SpaceId Scenario::*target, asx::EntryKind wrong_kind);

}  // namespace test
