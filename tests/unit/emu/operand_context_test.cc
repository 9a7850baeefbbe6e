// SPDX-License-Identifier: GPL-2.0-or-later
// The operand mode as a part of the context: entered and left by sac, kept in frames, and what the engine must get
// right when code runs from copies: pages, changes of code, interrupts, single steps.
#include <catch2/catch_test_macros.hpp>

#include "tests/unit/emu/operand_cases.h"

using namespace test;
using namespace asx;

namespace {

constexpr uint64_t kStart = 0x40'0000;
constexpr int kMode = static_cast<int>(OperandMode::AccessRegister);

/// A program in a world with access registers, and a space that register RBX points into.
struct Program : World {
  explicit Program(const Code& code, uint64_t at = kStart, uint64_t flags = kCodeFlags, emu::EngineOptions options = {})
      : World(with_access_registers(options)), program(space(kSpaceCode, "program")), data(space(0, "data")) {
    grant_space(program, kSlot, data, kEntryRead | kEntryWrite);
    memory_of_data = map_new(data, kPlace, 2, kData);
    code_memory = put(program, at, code, flags);
    start(program, at);
    // the stack lies in the code space
  }
  static emu::EngineOptions with_access_registers(emu::EngineOptions options) {
    options.variant.operand = OperandStyle::AccessRegister;
    return options;
  }
  [[nodiscard]] uint64_t& word(uint64_t offset) { return at<uint64_t>(memory_of_data + offset); }

  static constexpr uint16_t kSlot = 5;
  static constexpr uint64_t kPlace = 0x60'0000;
  SpaceId program, data;
  PhysicalAddress memory_of_data, code_memory;
};

/// Enters the mode with AR 3 (of RBX) at the data.
Code& enter_mode(Code& code) {
  return code.set(kRax, Program::kSlot)
      .asx(Mnemonic::Ldsel, kRbx, kRax)
      .set(kRbx, Program::kPlace)
      .asx(Mnemonic::Sac, 0, kMode);
}

Code& leave_mode(Code& code) {
  return code.asx(Mnemonic::Sac, 0, 0);
}

}  // namespace

TEST_CASE("a program enters and leaves access-register mode, and its operands follow") {
  Code code;
  enter_mode(code).load(kRcx, kRbx).store(kRbx, kRbx);
  leave_mode(code).load(kRdx, kRbx).undefined();
  Program w(code);
  w.word(0) = 0x1111;
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorPageFault);  // the last load: there is nothing at that offset of the code space
  CHECK(frame.fault_address == Program::kPlace);
  CHECK(frame.operand_mode == OperandMode::Tagged);
  CHECK(frame.gpr[kRcx] == 0x1111);
  CHECK(w.word(0) == Program::kPlace);
  CHECK(w.instructions() == 7 + World::kHandlerEntry);
}

TEST_CASE("an event is taken in tagged mode, and the return from it brings back mode and registers") {
  Code code;
  enter_mode(code);
  const size_t fault = code.here();
  code.raw({0x48, 0x8b, 0x8b, 0, 0x20, 0, 0});  // mov rcx, [rbx+0x2000]
  Program w(code);
  for (int i = 0; i < 3; ++i) {
    const Frame frame = w.run_to_event();
    CHECK(frame.vector == kVectorPageFault);
    CHECK(frame.fault_address == VirtualAddress::make({Program::kSlot}, Program::kPlace + 0x2000).value);
    CHECK(frame.rip == kStart + fault);
    CHECK(frame.operand_mode == OperandMode::AccessRegister);
    CHECK(frame.selector_registers[kRbx - 1] == Program::kSlot);
    CHECK(w.engine->cpu().operand_mode == OperandMode::Tagged);
  }
}

TEST_CASE("a gate call enters in tagged mode, and its return brings back mode and registers") {
  Code code;
  enter_mode(code);
  code.set(kRax, 1).asx(Mnemonic::Gcall, 0, kRax).load(kRcx, kRbx).undefined();
  Program w(code);
  const SpaceId service = w.space(kSpaceCode, "service");
  constexpr uint64_t kEntry = 0x80'0000;
  // it uses its own tagged operands, loads a selector register, and enters the mode itself
  Code body;
  body.set(kRdx, kEntry).load(kRdi, kRdx).set(kRax, 9).asx(Mnemonic::Ldsel, kRbx, kRax).asx(Mnemonic::Sac, 0, kMode);
  body.asx(Mnemonic::Gret);
  w.put(service, kEntry, body);
  w.gate(service, 1).entry = kEntry;
  w.grant_gate(w.program, 1, service, 1);
  w.word(0) = 0x2222;
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorInvalidOpcode);
  CHECK(frame.gpr[kRcx] == 0x2222);
  CHECK(frame.operand_mode == OperandMode::AccessRegister);
  CHECK(frame.selector_registers[kRbx - 1] == Program::kSlot);
}

TEST_CASE("the upper bits of what makes the address are ignored in access-register mode") {
  Code code;
  enter_mode(code);
  code.set(kRbx, 0xfedc'0000'0000'0000 | Program::kPlace).load(kRcx, kRbx);
  code.set(kRbx, 0x8000'0000'0000'0000 | (Program::kPlace + 0x1000)).set(kRsi, ~uint64_t{0} - 0xfff);
  code.raw({0x48, 0x89, 0x0c, 0x33});  // mov [rbx+rsi], rcx: carries out
  code.undefined();
  Program w(code);
  w.word(0) = 0x3333;
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorInvalidOpcode);
  CHECK(frame.gpr[kRcx] == 0x3333);
}

TEST_CASE("a selector register may hold any selector, also those whose addresses the copies of code have") {
  for (const uint16_t selector : {0xffe0, 0xffff, 0x8001, 0x7fff}) {
    Code code;
    code.set(kRax, selector).asx(Mnemonic::Ldsel, kRbx, kRax).set(kRbx, kStart).asx(Mnemonic::Sac, 0, kMode);
    const size_t load = code.here();
    code.load(kRcx, kRbx);
    Program w(code);
    const Frame frame = w.run_to_event();
    CHECK(frame.vector == kVectorAddressSpace);
    CHECK(frame.fault_address == VirtualAddress::make({selector}, kStart).value);
    CHECK(frame.rip == kStart + load);
  }
  // and a program in tagged mode that jumps to where the copies are finds nothing
  Code code;
  enter_mode(code);
  leave_mode(code).set(kRax, ~uint64_t{0} << 53 | kStart * 32).raw({0xff, 0xe0});
  Program w(code);
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorAddressSpace);
  CHECK(as_error(frame) == AsError{AsCause::FetchSelector, Access::Fetch, AsOperation::Fetch});
}

TEST_CASE("an instruction across two pages runs, and faults in the second if that is missing, in the mode too") {
  constexpr uint64_t kNear = kStart + 0x1000;
  Code code;
  enter_mode(code);
  const size_t length = code.bytes().size();
  code.raw({0x48, 0x8b, 0x8b, 0, 0, 0, 0}).undefined();
  for (size_t before = 1; before < 7; ++before) {
    CAPTURE(before);
    const uint64_t at = kNear - length - before;
    Program whole(code, at);
    whole.word(0) = 0x4444;
    CHECK(whole.run_to_event().gpr[kRcx] == 0x4444);

    Program cut(code, at);
    const uint64_t second = cut.page_entry(cut.program, kNear);
    cut.page_entry(cut.program, kNear) = 0;
    const Frame frame = cut.run_to_event();
    CHECK(frame.vector == kVectorPageFault);
    CHECK(frame.error_code == (kPageFaultUser | kPageFaultFetch));
    CHECK(frame.fault_address == kNear);
    CHECK(frame.rip == kNear - before);
    // the page comes: the instruction is completed
    cut.page_entry(cut.program, kNear) = second;
    cut.word(0) = 0x5555;
    CHECK(cut.run_to_event().gpr[kRcx] == 0x5555);
  }
}

TEST_CASE("an instruction that replaces the next one is followed by the new one in the mode") {
  // mov byte [rip+n], the opcode of dec: inc rdi becomes dec rdi, again and again
  Code code;
  enter_mode(code);
  code.set(kRcx, 3);
  const size_t loop = code.here();
  code.raw({0x80, 0x35, 1, 0, 0, 0, 0x08});  // xor byte [rip+1], 8: between ff c7 and ff cf
  code.raw({0xff, 0xc7});                    // inc edi, or dec edi
  code.raw({0x83, 0xc6, 1});                 // add esi, 1
  code.decrement(kRcx).jump_if_not_zero(loop).undefined();
  Program w(code, kStart, World::kWritableCode);
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorInvalidOpcode);
  CHECK(frame.gpr[kRdi] == uint64_t{0xffff'ffff});  // -1, +1, -1
  CHECK(frame.gpr[kRsi] == 3);
  CHECK(w.instructions() == 4 + 1 + 5 * 3 + World::kHandlerEntry);
}

TEST_CASE("interrupts come between the instructions of the mode, and change nothing") {
  Code code;
  enter_mode(code);
  code.set(kRcx, 300);
  const size_t loop = code.here();
  code.raw({0x48, 0x03, 0x03, 0x48, 0x89, 0x43, 8});  // add rax, [rbx]; mov [rbx+8], rax
  code.raw({0xff, 0x73, 8, 0x8f, 0x43, 16});          // push [rbx+8]; pop [rbx+16]
  code.raw({0xe8, 2, 0, 0, 0, 0xeb, 4});              // call f; jmp over
  code.increment(kR9).raw({0xc3});                    // f: inc r9; ret
  code.decrement(kRcx).jump_if_not_zero(loop).undefined();
  const auto run = [&](uint64_t quantum) {
    Program w(code);
    w.word(0) = 7;
    if (quantum != 0) {
      w.engine->cpu().event_mask = 0;
      w.engine->cpu().compare = quantum;
    }
    uint64_t interrupts = 0;
    Frame frame = w.run_to_event();
    for (; frame.vector == kVectorInterrupt + kTimerLine; frame = w.run_to_event()) {
      ++interrupts;
      w.engine->cpu().compare = w.engine->ticks() + quantum;
    }
    CHECK(frame.vector == kVectorInvalidOpcode);
    CHECK((quantum == 0) == (interrupts == 0));
    CHECK(w.word(16) == w.word(8));
    CHECK(frame.gpr[kR9] == 300);
    return std::tuple(std::vector<uint64_t>(std::begin(frame.gpr), std::end(frame.gpr)), w.word(8),
                      w.instructions() - (World::kHandlerEntry + 1) * interrupts);
  };
  const auto expected = run(0);
  CHECK(std::get<2>(expected) == 5 + 10 * 300 + World::kHandlerEntry);
  for (const uint64_t quantum : {6, 7, 11, 100}) {
    CAPTURE(quantum);
    const auto outcome = run(quantum);
    CHECK(std::get<0>(outcome) == std::get<0>(expected));
    CHECK(std::get<1>(outcome) == std::get<1>(expected));
    CHECK(std::get<2>(outcome) == std::get<2>(expected));
  }
}

TEST_CASE("a single step is one instruction of the program in the mode") {
  Code code;
  enter_mode(code);
  const size_t first = code.here();
  std::vector<size_t> places;
  const auto step = [&](std::initializer_list<int> bytes) {
    code.raw(bytes);
    places.push_back(code.here());
  };
  code.raw({0x68, 2, 3, 0, 0, 0x9d});  // push 0x302; popf
  step({0xff, 0x33});                  // push [rbx]
  step({0x8f, 0x43, 8});               // pop [rbx+8]
  step({0x6a, 1});                     // push 1
  step({0x58});                        // pop rax
  step({0xe8, 0, 0, 0, 0});            // call the next instruction
  step({0x59});                        // pop rcx
  step({0x48, 0x01, 0x03});            // add [rbx], rax
  step({0xc8, 8, 0, 1});               // enter 8, 1
  step({0xc9});                        // leave
  code.undefined();
  Program w(code);
  CHECK(first > 0);
  for (const size_t place : places) {
    const Frame frame = w.run_to_event();
    REQUIRE(frame.vector == kVectorDebug);
    REQUIRE(frame.rip == kStart + place);
  }
  CHECK(w.run_to_event().vector == kVectorInvalidOpcode);
  CHECK(w.word(8) == 0);
  CHECK(w.word(0) == 1);
}

TEST_CASE("more code than the copies have room for runs on") {
  // a sled over many pages, twice
  Code code;
  enter_mode(code);
  code.set(kRcx, 2);
  const size_t loop = code.here();
  code.nops(600 * 1024).decrement(kRcx).jump_if_not_zero(loop).undefined();
  Program w(code);
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorInvalidOpcode);
  CHECK(w.instructions() == 5 + 2 * (600 * 1024 + 2) + World::kHandlerEntry);
  CHECK(w.engine->counts().translation_flushes >= 1);
}

TEST_CASE("a machine without the modes has none of their instructions") {
  for (const Mnemonic mnemonic : {Mnemonic::Sac, Mnemonic::Ldsel, Mnemonic::Stsel}) {
    World w;
    const SpaceId program = w.space(kSpaceCode, "program");
    w.put(program, kStart, Code().asx(mnemonic));
    w.start(program, kStart);
    const Frame frame = w.run_to_event();
    CHECK(frame.vector == kVectorInvalidOpcode);
    CHECK(frame.rip == kStart);
  }
}
