// SPDX-License-Identifier: GPL-2.0-or-later
// --save (manual 7.6): which general registers cross a gate, in each direction.
#include <string>

#include "tests/unit/isa-ext/scenario.h"

using namespace test;

namespace {

constexpr unsigned kCount = 16;

/// One character a register, in encoding order: RAX RCX RDX RBX RSP RBP RSI RDI, R8-R15.
struct Expected {
  asx::Save save;
  const char* frame;   ///< k kept, 0 zero
  const char* entry;   ///< c the caller's value, 0 zero, g the gate's (R11 its parameter, RSP its stack)
  const char* result;  ///< c the caller's value at the call, s the service's at the return
};

constexpr Expected kTable[] = {
    {asx::Save::Callee, "000kkk00 0000kkkk", "ccc0g0cc cccg0000", "ssscccss sssscccc"},
    {asx::Save::All, "kkkkkkkk kkkkkkkk", "c0c0g0cc cccg0000", "scsccccc cccccccc"},
    {asx::Save::None, "0000k000 00000000", "ccccgccc cccgcccc", "sssscsss ssssssss"},
};

std::string without_spaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

std::string describe(const asx::Registers& registers, const std::vector<std::pair<char, asx::Registers>>& sources) {
  std::string text;
  for (unsigned i = 0; i < kCount; ++i) {
    char found = registers.gpr[i] == 0 ? '0' : '?';
    for (const auto& [name, source] : sources) {
      if (registers.gpr[i] == source.gpr[i] && registers.gpr[i] != 0) found = name;
    }
    text += found;
  }
  return text;
}

asx::Registers gate_registers() {
  asx::Registers gate{};
  gate.gpr[kRsp] = 0x9000;
  gate.gpr[kR11] = 0xfeed;
  return gate;
}

}  // namespace

TEST_CASE("what a frame keeps, what a callee sees and what its caller gets back follow from --save") {
  for (const Expected& expected : kTable) {
    Scenario s({.save = expected.save});
    INFO("save " << static_cast<int>(expected.save));
    s.registers.gpr[kRax] = Scenario::kGateSelector;
    const asx::Registers caller = s.registers;
    REQUIRE_FALSE(s.gcall());
    asx::Registers kept{};
    for (unsigned i = 0; i < kCount; ++i) kept.gpr[i] = s.frame(0).gpr[i];
    CHECK(describe(kept, {{'k', caller}}) == without_spaces(expected.frame));
    CHECK(describe(s.registers, {{'c', caller}, {'g', gate_registers()}}) == without_spaces(expected.entry));

    for (uint64_t& value : s.registers.gpr) value = ~value;
    const asx::Registers service = s.registers;
    REQUIRE_FALSE(s.run(Mnemonic::Gret));
    CHECK(describe(s.registers, {{'c', caller}, {'s', service}}) == without_spaces(expected.result));
    CHECK(s.registers.rip == caller.rip + 4);
    CHECK(s.registers.fs_base == caller.fs_base);
    CHECK(s.registers.gs_base == caller.gs_base);
    CHECK(s.registers.rflags == caller.rflags);
  }
}

TEST_CASE("syscall saves and clears as gcall does, and RCX has the return address") {
  for (const Expected& expected : kTable) {
    Scenario s({.save = expected.save});
    INFO("save " << static_cast<int>(expected.save));
    s.cpu.code.syscall_selector = Scenario::kGateSelector;
    const asx::Registers caller = s.registers;
    REQUIRE_FALSE(asx::system_call(s.machine));
    asx::Registers gate = gate_registers();
    gate.gpr[kRcx] = caller.rip + 2;
    std::string entry = without_spaces(expected.entry);
    entry[kRcx] = 'g';
    CHECK(describe(s.registers, {{'c', caller}, {'g', gate}}) == entry);
  }
}

TEST_CASE("an event keeps every register in its frame, clears none and restores all, whatever --save") {
  for (const Expected& expected : kTable) {
    Scenario s({.save = expected.save});
    const asx::Registers interrupted = s.registers;
    REQUIRE_FALSE(asx::deliver_event(s.machine, {asx::kVectorDivideError, 0, {}}));
    asx::Registers handler = interrupted;
    handler.gpr[kRsp] = 0xc000;
    handler.gpr[kR11] = 0xe0e0;
    CHECK(s.registers.gpr == handler.gpr);
    for (uint64_t& value : s.registers.gpr) value = ~value;
    REQUIRE_FALSE(s.run(Mnemonic::Gret));
    CHECK((s.registers == interrupted));
  }
}

TEST_CASE("narrow and widen leave the general registers alone, whatever --save") {
  for (const Expected& expected : kTable) {
    Scenario s({.save = expected.save});
    s.registers.gpr[kRax] = Scenario::kNarrowSelector;
    const asx::Registers before = s.registers;
    REQUIRE_FALSE(s.narrow());
    asx::Registers after = before;
    after.gpr[kRsp] = before.gpr[kRcx];
    CHECK(s.registers.gpr == after.gpr);
    for (unsigned i = 0; i < kCount; ++i)
      CHECK(s.frame(0).gpr[i] == (without_spaces(expected.frame)[i] == 'k' ? before.gpr[i] : 0));
    REQUIRE_FALSE(s.run(Mnemonic::Widen));
    CHECK(s.registers.gpr == before.gpr);
  }
}
