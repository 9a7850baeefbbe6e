// SPDX-License-Identifier: GPL-2.0-or-later
// Exceptions arrive as events, with the exact vector, error code, address and RIP.
#include <catch2/catch_test_macros.hpp>

#include "tests/unit/emu/world.h"

using namespace test;
using namespace asx;

namespace {

constexpr uint64_t kCode = 0x40'0000;

/// A world that runs some code in a program's space.
struct Program : World {
  explicit Program(const Code& code, uint64_t at = kCode) : program(space(kSpaceCode, "program")) {
    put(program, at, code);
    start(program, at);
  }
  SpaceId program;
};

struct Expected {
  uint32_t vector, error_code;
  uint64_t address, rip;
};

void check(const Frame& frame, Expected expected) {
  CHECK(frame.vector == expected.vector);
  CHECK(frame.error_code == expected.error_code);
  CHECK(frame.fault_address == expected.address);
  CHECK(frame.rip == expected.rip);
}

uint32_t as_code(AsCause cause, Access access, AsOperation operation) {
  return AsError{cause, access, operation}.code();
}

}  // namespace

TEST_CASE("a thousand divide errors in a row are a thousand events") {
  Program w(Code().raw({0x31, 0xc9, 0xf7, 0xf1}));  // xor ecx, ecx; div ecx
  for (int i = 0; i < 1000; ++i) {
    const Frame frame = w.run_to_event();
    REQUIRE(frame.vector == kVectorDivideError);
    REQUIRE(frame.rip == kCode + 2);
  }
}

TEST_CASE("an exception that the handler returns from is taken again at the same instruction") {
  Program w(Code().raw({0x31, 0xc9, 0xf7, 0xf1}));
  static_cast<void>(w.run_to_event());
  const uint64_t depth = w.thread().secure_stack_top;
  check(w.run_to_event(), {kVectorDivideError, 0, 0, kCode + 2});
  CHECK(w.thread().secure_stack_top == depth);
}

TEST_CASE("an event frame holds all registers") {
  Program w(Code().set(kRax, 1).set(kR9, 9).set(kRbp, 5).undefined());
  const Frame frame = w.run_to_event();
  CHECK(frame.gpr[kRax] == 1);
  CHECK(frame.gpr[kR9] == 9);
  CHECK(frame.gpr[kRbp] == 5);
  CHECK(frame.gpr[kRsp] == World::kStackTop);
  CHECK(frame.vector == kVectorInvalidOpcode);
  CHECK(frame.rip == kCode + 30);
}

TEST_CASE("privileged and absent instructions fault at themselves") {
  struct Case {
    const char* name;
    Code code;
    uint32_t vector;
  };
  const Case cases[] = {
      {"hlt", Code().raw({0xf4}), kVectorGeneralProtection},
      {"cli", Code().raw({0xfa}), kVectorGeneralProtection},
      {"mov cr3, rax", Code().raw({0x0f, 0x22, 0xd8}), kVectorGeneralProtection},
      {"wrmsr", Code().raw({0x0f, 0x30}), kVectorGeneralProtection},
      {"lgdt [rsp]", Code().raw({0x0f, 0x01, 0x14, 0x24}), kVectorGeneralProtection},
      {"ud2", Code().undefined(), kVectorInvalidOpcode},
      {"in al, 0x80", Code().raw({0xe4, 0x80}), kVectorGeneralProtection},
      {"out dx, eax", Code().raw({0xef}), kVectorGeneralProtection},
      {"rep outsb", Code().raw({0xf3, 0x6e}), kVectorGeneralProtection},
      {"vaddps xmm0, xmm1, xmm2", Code().raw({0xc5, 0xf0, 0x58, 0xc2}), kVectorInvalidOpcode},
      {"rdrand eax", Code().raw({0x0f, 0xc7, 0xf0}), kVectorInvalidOpcode},
      {"xgetbv", Code().raw({0x0f, 0x01, 0xd0}), kVectorInvalidOpcode},
      {"wrfsbase rax", Code().raw({0xf3, 0x48, 0x0f, 0xae, 0xd0}), kVectorInvalidOpcode},
      {"sysenter", Code().raw({0x0f, 0x34}), kVectorInvalidOpcode},
      {"an unused ASX opcode", Code().raw({0x0f, 0x0a, 0x7f, 0xc0}), kVectorInvalidOpcode},
      {"gcall with a memory operand", Code().raw({0x0f, 0x0a, 0x00, 0x00}), kVectorInvalidOpcode},
      {"iretq to nowhere", Code().raw({0x48, 0xcf}), kVectorGeneralProtection},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Code code;
    code.increment(kRbx).increment(kRbx);
    const size_t at = code.here();
    for (const uint8_t byte : c.code.bytes()) code.raw({byte});
    code.increment(kRbx).undefined();
    Program w(code);
    const Frame frame = w.run_to_event();
    check(frame, {c.vector, 0, 0, kCode + at});
    CHECK(frame.gpr[kRbx] == 2);
    CHECK(w.instructions() == 2 + World::kHandlerEntry);
  }
}

TEST_CASE("int3 is a breakpoint behind itself, and every other int is a protection fault") {
  check(Program(Code().raw({0x90, 0xcc})).run_to_event(), {kVectorBreakpoint, 0, 0, kCode + 2});
  check(Program(Code().raw({0x90, 0xcd, 3})).run_to_event(), {kVectorBreakpoint, 0, 0, kCode + 3});
  for (const int vector : {0, 1, 4, 6, 8, 13, 14, 24, 32, 0x80, 255}) {
    CAPTURE(vector);
    const auto error = static_cast<uint32_t>(vector * 8 + 2);
    check(Program(Code().raw({0x90, 0xcd, vector})).run_to_event(), {kVectorGeneralProtection, error, 0, kCode + 1});
  }
}

TEST_CASE("loading a segment register faults with the selector as error code") {
  check(Program(Code().raw({0xb8, 0x33, 0, 0, 0, 0x8e, 0xd8})).run_to_event(),  // mov eax, 0x33; mov ds, eax
        {kVectorGeneralProtection, 0x30, 0, kCode + 5});
}

TEST_CASE("the trap flag makes a debug event after the next instruction, and events clear it") {
  Program w(Code().raw({0x9c, 0x81, 0x0c, 0x24, 0, 1, 0, 0, 0x9d, 0x90, 0x90}).undefined());  // pushf; or; popf; nop
  const Frame frame = w.run_to_event();
  check(frame, {kVectorDebug, 0, 0, kCode + 10});
  CHECK((frame.rflags & 0x100) != 0);
  CHECK((w.engine->registers().rflags & 0x100) == 0);
}

TEST_CASE("a load from an absent page is a page fault with the full address") {
  Program w(Code().set(kRbx, 0x1234'5678).raw({0x90}).load(kRax, kRbx));
  const Frame frame = w.run_to_event();
  check(frame, {kVectorPageFault, kPageFaultUser, 0x1234'5678, kCode + 11});
  CHECK(frame.gpr[kRax] == 0);
}

TEST_CASE("addresses of operands are found in every form") {
  struct Case {
    const char* name;
    Code code;
    uint64_t address;
    bool write;
  };
  constexpr uint64_t kBase = 0x1234'5000;
  const Case cases[] = {
      {"mov [rbx + rcx * 8 + 0x10], rax", Code().raw({0x48, 0x89, 0x44, 0xcb, 0x10}), kBase + 0x24 * 8 + 0x10, true},
      {"mov al, [rip + 0x12345]", Code().raw({0x8a, 0x05}).value(0x12345, 4), kCode + 24 + 6 + 0x12345, false},
      {"mov eax, [abs]", Code().raw({0xa1}).value(0x7766554433, 8), 0x7766554433, false},
      {"add [rbx + 7], al", Code().raw({0x00, 0x43, 0x07}), kBase + 7, false},
      {"bts [rbx], rcx", Code().raw({0x48, 0x0f, 0xab, 0x0b}), kBase, false},
      {"movups [rbx + 0x20], xmm0", Code().raw({0x0f, 0x11, 0x43, 0x20}), kBase + 0x20, true},
      {"fs: mov eax, [rbx]", Code().raw({0x64, 0x8b, 0x03}), kBase, false},
      {"movzx eax, word [ebx + 0x30]", Code().raw({0x67, 0x0f, 0xb7, 0x43, 0x30}), kBase + 0x30, false},
      {"cmpxchg16b [rbx + 0x40]", Code().raw({0x48, 0x0f, 0xc7, 0x4b, 0x40}), kBase + 0x40, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Code code;
    code.set(kRbx, kBase).set(kRcx, 0x24).nops(4);
    for (const uint8_t byte : c.code.bytes()) code.raw({byte});
    Program w(code);
    const Frame frame = w.run_to_event();
    CHECK(frame.vector == kVectorPageFault);
    CHECK(frame.fault_address == c.address);
    CHECK(frame.rip == kCode + 24);
    CHECK(((frame.error_code & kPageFaultWrite) != 0) == c.write);
  }
}

TEST_CASE("stack instructions fault at the address they push to or pop from") {
  constexpr uint64_t kBad = 0x5555'5000;
  const auto run = [](Code tail) {
    Code code;
    code.set(kRsp, kBad + 0x100);
    for (const uint8_t byte : tail.bytes()) code.raw({byte});
    return Program(code).run_to_event();
  };
  CHECK(run(Code().raw({0x50})).fault_address == kBad + 0xf8);              // push rax
  CHECK(run(Code().raw({0xe8, 0, 0, 0, 0})).fault_address == kBad + 0xf8);  // call
  CHECK(run(Code().raw({0x58})).fault_address == kBad + 0x100);             // pop rax
  CHECK(run(Code().raw({0xc3})).fault_address == kBad + 0x100);             // ret
  CHECK(run(Code().raw({0x9c})).fault_address == kBad + 0xf8);              // pushf
  CHECK(run(Code().raw({0x68, 1, 0, 0, 0})).gpr[kRsp] == kBad + 0x100);     // push 1: nothing has moved
}

TEST_CASE("an access across a page's end faults at the second page's first byte") {
  Program w(Code().set(kRbx, 0x60'0ffd).load(kRax, kRbx));
  w.map_new(w.program, 0x60'0000, 1, World::kData);
  check(w.run_to_event(), {kVectorPageFault, kPageFaultUser, 0x60'1000, kCode + 10});
}

TEST_CASE("a store to a read-only page is a rights violation, and to a clean page sets its dirty bit") {
  Program w(Code().set(kRbx, 0x60'0008).load(kRax, kRbx).store(kRbx, kRbx).set(kRbx, 0x60'1010).store(kRbx, kRbx));
  w.map_new(w.program, 0x60'0000, 1, World::kData);
  w.map_new(w.program, 0x60'1000, 1, kPteNoExecute);
  const Frame frame = w.run_to_event();
  check(frame, {kVectorPageFault, kPageFaultUser | kPageFaultWrite | kPageFaultPresent, 0x60'1010, kCode + 26});
  CHECK((w.page_entry(w.program, 0x60'0000) & (kPteDirty | kPteAccessed)) == (kPteDirty | kPteAccessed));
  CHECK((w.page_entry(w.program, 0x60'1000) & (kPteDirty | kPteAccessed)) == 0);
}

TEST_CASE("code on a page without execute right, or absent, faults at itself") {
  Program w(Code().set(kRax, 0x60'0123).raw({0xff, 0xe0}));
  w.map_new(w.program, 0x60'0000, 1, World::kData);
  check(w.run_to_event(),
        {kVectorPageFault, kPageFaultUser | kPageFaultFetch | kPageFaultPresent, 0x60'0123, 0x60'0123});
  check(Program(Code().set(kRax, 0x70'0123).raw({0xff, 0xe0})).run_to_event(),
        {kVectorPageFault, kPageFaultUser | kPageFaultFetch, 0x70'0123, 0x70'0123});
}

TEST_CASE("a jump through a selector is an address-space fault") {
  const uint64_t target = VirtualAddress::make({0x8001}, 0x1000).value;
  check(Program(Code().set(kRax, target).raw({0xff, 0xe0})).run_to_event(),
        {kVectorAddressSpace, as_code(AsCause::FetchSelector, Access::Fetch, AsOperation::Fetch), target, target});
}

TEST_CASE("an access through a slot that is not there names the check and the full address") {
  const uint64_t target = VirtualAddress::make({0x8005}, 0x1008).value;
  check(Program(Code().set(kRbx, target).load(kRax, kRbx)).run_to_event(),
        {kVectorAddressSpace, as_code(AsCause::EntryInvalid, Access::Read, AsOperation::Data), target, kCode + 10});
  const uint64_t beyond = VirtualAddress::make({0x0fff}, 0x10).value;
  check(Program(Code().set(kRbx, beyond).store(kRbx, kRax)).run_to_event(),
        {kVectorAddressSpace, as_code(AsCause::SelectorIndex, Access::Write, AsOperation::Data), beyond, kCode + 10});
}

TEST_CASE("the instructions before a page that cannot be fetched are executed") {
  Program w(Code().increment(kRbx).increment(kRbx).nops(2), kCode + 0xff8);
  check(w.run_to_event(), {kVectorPageFault, kPageFaultUser | kPageFaultFetch, kCode + 0x1000, kCode + 0x1000});
  CHECK(w.top_frame().gpr[kRbx] == 2);
  CHECK(w.instructions() == 4 + World::kHandlerEntry);
}

TEST_CASE("an instruction that crosses into a page that cannot be fetched faults in that page") {
  Program w(Code().increment(kRbx).raw({0x90, 0x90, 0x48, 0xb8, 0}), kCode + 0xff8);  // mov rax, imm64 cut short
  check(w.run_to_event(), {kVectorPageFault, kPageFaultUser | kPageFaultFetch, kCode + 0x1000, kCode + 0xffd});
  CHECK(w.top_frame().gpr[kRbx] == 1);

  Program asx_cut(Code().nops(3).raw({0x0f, 0x0a, 0x00}), kCode + 0xffa);
  check(asx_cut.run_to_event(), {kVectorPageFault, kPageFaultUser | kPageFaultFetch, kCode + 0x1000, kCode + 0xffd});
}

TEST_CASE("code runs on across a page that is mapped when it is first needed") {
  Program w(Code().increment(kRbx).nops(6).raw({0x48, 0xff}), kCode + 0xff5);
  w.put(w.program, kCode + 0x1000, Code().raw({0xc3}).undefined());  // inc rbx goes on here
  const Frame frame = w.run_to_event();
  check(frame, {kVectorInvalidOpcode, 0, 0, kCode + 0x1001});
  CHECK(frame.gpr[kRbx] == 2);
}

TEST_CASE("an unmasked x87 exception arrives at the next x87 instruction") {
  Code code;
  code.raw({0x68}).value(0x37b, 4).raw({0xd9, 0x2c, 0x24});  // push 0x37b; fldcw [rsp]: division by zero unmasked
  code.raw({0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9});            // fld1; fldz; fdivp
  const size_t wait = code.here();
  code.raw({0x9b}).undefined();  // fwait
  check(Program(code).run_to_event(), {kVectorFloatingPoint, 0, 0, kCode + wait});
}

TEST_CASE("a fault before a page that cannot be fetched is the fault that counts") {
  Program w(Code().increment(kRbx).load(kRax, kRsi).nops(2), kCode + 0xff8);  // rsi is 0
  check(w.run_to_event(), {kVectorPageFault, kPageFaultUser, 0, kCode + 0xffb});
  CHECK(w.instructions() == 1 + World::kHandlerEntry);
}

TEST_CASE("an instruction to refuse is reached only if what comes before it does not fault") {
  Program w(Code().increment(kRbx).load(kRax, kRsi).raw({0xe4, 0x80}));
  check(w.run_to_event(), {kVectorPageFault, kPageFaultUser, 0, kCode + 3});
}
