// SPDX-License-Identifier: GPL-2.0-or-later
// The virtual clock: exact, the same on every run, and the source of timer interrupts.
#include <catch2/catch_test_macros.hpp>

#include "isa-ext/abi/devices/devices.h"
#include "tests/unit/emu/world.h"

using namespace test;
using namespace asx;

namespace {

constexpr uint64_t kCode = 0x40'0000;
constexpr uint32_t kTimerVector = kVectorInterrupt + kTimerLine;

/// A program in the kernel space, where system registers can be written.
struct KernelProgram : World {
  explicit KernelProgram(const Code& code, emu::EngineOptions options = {}) : World(options) {
    put(kKernel, kCode, code);
    start(kKernel, kCode);
  }
};

Code& set_system(Code& code, SystemRegister which, uint64_t value) {
  return code.set(kR15, value).asx(Mnemonic::Ldsys, static_cast<int>(which), kR15);
}

/// A loop with calls, stores and a fault-free mix of blocks: rdi rounds, the result in rax.
Code mixed_loop(uint64_t rounds) {
  Code code;
  code.set(kRdi, rounds).set(kRax, 1).set(kRbx, World::kStack);
  const size_t loop = code.here();
  code.raw({0x48, 0x6b, 0xc0, 0x1f}).raw({0x48, 0x01, 0xf8});              // imul rax, rax, 31; add rax, rdi
  code.store(kRbx, kRax).raw({0x48, 0x33, 0x03}).raw({0x48, 0x01, 0xf8});  // [rbx] = rax; xor rax, [rbx]; add rax, rdi
  code.raw({0xa8, 0x01}).raw({0x74, 0x03}).increment(kR8);                 // test al, 1; jz +3; inc r8
  code.raw({0xe8, 0x02, 0, 0, 0}).raw({0xeb, 0x04});                       // call f; jmp over
  code.increment(kR9).raw({0xc3});                                         // f: inc r9; ret
  code.decrement(kRdi).jump_if_not_zero(loop).undefined();
  return code;
}

/// Instructions of a run to its first undefined instruction.
uint64_t count(const Code& code) {
  KernelProgram w(code);
  const Frame frame = w.run_to_event();
  REQUIRE(frame.vector == kVectorInvalidOpcode);
  return w.instructions() - World::kHandlerEntry;
}

}  // namespace

TEST_CASE("every instruction counts one") {
  CHECK(count(Code().nops(10).undefined()) == 10);
  CHECK(count(Code().nops(3000).undefined()) == 3000);
  Code loop;
  loop.set(kRcx, 1000);
  const size_t start = loop.here();
  loop.nops(2).decrement(kRcx).jump_if_not_zero(start).undefined();
  CHECK(count(loop) == 1 + 4 * 1000);
}

TEST_CASE("a string instruction counts one a repetition, and one for the end") {
  Code code;
  code.set(kRsi, World::kStack).set(kRdi, World::kStack + 0x100).set(kRcx, 20).raw({0xf3, 0xa4}).undefined();
  const uint64_t without = count(Code().set(kRsi, 1).set(kRdi, 1).set(kRcx, 20).undefined());
  CHECK(count(code) == without + 20 + 1);
}

TEST_CASE("instructions that an exception keeps from completing are not counted") {
  KernelProgram w(Code().nops(5).raw({0x31, 0xc9, 0xf7, 0xf1}).nops(20).undefined());  // xor; div
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kVectorDivideError);
  CHECK(w.instructions() == 6 + World::kHandlerEntry);
}

TEST_CASE("RDTSC, RDTSCP and stsys read the clock exactly") {
  KernelProgram w(Code()
                      .nops(7)
                      .raw({0x0f, 0x31, 0x48, 0x89, 0xc6})  // rdtsc; mov rsi, rax
                      .asx(Mnemonic::Stsys, kRdi, static_cast<int>(SystemRegister::Clock))
                      .raw({0x0f, 0x01, 0xf9, 0x49, 0x89, 0xc0})  // rdtscp; mov r8, rax
                      .nops(3)
                      .raw({0x0f, 0x31})
                      .undefined());
  const Frame frame = w.run_to_event();
  CHECK(frame.gpr[kRsi] == 7);
  CHECK(frame.gpr[kRdi] == 9);
  CHECK(frame.gpr[kR8] == 10);
  CHECK(frame.gpr[kRcx] == 0);
  CHECK(frame.gpr[kRax] == 15);
  CHECK(frame.gpr[kRdx] == 0);
}

TEST_CASE("a timer interrupt comes at the first block at or past compare, not before") {
  Code code;
  set_system(code, SystemRegister::Compare, 1000);
  set_system(code, SystemRegister::EventMask, 0);
  const size_t loop = code.here();
  code.increment(kRax).nops(7).jump(loop);
  KernelProgram w(code);
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kTimerVector);
  const uint64_t taken_at = w.engine->ticks() - World::kHandlerEntry;
  CHECK(taken_at >= 1000);
  CHECK(taken_at < 1000 + 9);
  CHECK(frame.rip == kCode + loop);
}

TEST_CASE("a masked timer line shows as pending, and is taken when it is unmasked") {
  Code code;
  set_system(code, SystemRegister::Compare, 20);
  code.nops(50);
  code.asx(Mnemonic::Stsys, kRbx, static_cast<int>(SystemRegister::Pending));
  set_system(code, SystemRegister::EventMask, 0);
  const size_t after = code.here();
  code.nops(3).undefined();
  KernelProgram w(code);
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kTimerVector);
  CHECK(frame.gpr[kRbx] == 1);
  CHECK(frame.rip == kCode + after);
}

TEST_CASE("preemption changes neither results nor the count") {
  const Code program = mixed_loop(3000);
  KernelProgram plain(program);
  const Frame expected = plain.run_to_event();
  REQUIRE(expected.vector == kVectorInvalidOpcode);

  for (const uint64_t quantum : {2, 7, 50, 1000, 20000}) {
    CAPTURE(quantum);
    KernelProgram w(program);
    w.engine->cpu().event_mask = 0;
    w.engine->cpu().compare = quantum;
    uint64_t interrupts = 0;
    Frame frame = w.run_to_event();
    for (; frame.vector == kTimerVector; frame = w.run_to_event()) {
      ++interrupts;
      w.engine->cpu().compare = w.engine->ticks() + quantum;  // the handler's gret goes on with the program
    }
    CHECK(frame.vector == kVectorInvalidOpcode);
    CHECK(std::equal(std::begin(frame.gpr), std::end(frame.gpr), std::begin(expected.gpr)));
    CHECK(w.instructions() == plain.instructions() + (World::kHandlerEntry + 1) * interrupts);  // and gret
    CHECK(interrupts > 0);
  }
}

TEST_CASE("two runs of a program count the same") {
  const auto run = [] {
    KernelProgram w(mixed_loop(50'000));
    static_cast<void>(w.run_to_event());
    const auto counts = w.engine->counts();
    return std::tuple(counts.instructions, counts.tlb_flushes, w.engine->ticks());
  };
  CHECK(run() == run());
}

TEST_CASE("a limit ends the run at the same block every time") {
  const auto run = [](uint64_t limit) {
    emu::EngineOptions options;
    options.limit = limit;
    KernelProgram w(mixed_loop(1'000'000), options);
    CHECK(w.run().reason == emu::StopReason::Limit);
    CHECK(w.instructions() >= limit);
    CHECK(w.instructions() < limit + 20);
    return std::pair(w.instructions(), w.engine->registers().rip);
  };
  for (const uint64_t limit : {1, 2, 100, 12'345, 5'000'000}) CHECK(run(limit) == run(limit));
}

TEST_CASE("a program that loops for ever ends at the limit") {
  emu::EngineOptions options;
  options.limit = 100'000;
  CHECK(KernelProgram(Code().raw({0xeb, 0xfe}), options).run().reason == emu::StopReason::Limit);
  // a loop of faults, too: the handler cannot be entered from here for ever
  KernelProgram repeated(Code().raw({0xf3, 0x90, 0xeb, 0xfc}), options);  // pause; jmp
  CHECK(repeated.run().reason == emu::StopReason::Limit);
}

TEST_CASE("xwait with a pending line goes on at once, and otherwise waits past itself") {
  Code code;
  set_system(code, SystemRegister::Compare, 1);
  code.asx(Mnemonic::Xwait, 0, kRsi).increment(kRbx);
  set_system(code, SystemRegister::Compare, 1'000'000);
  code.asx(Mnemonic::Xwait, 0, kRsi).increment(kRbx);
  code.asx(Mnemonic::Stsys, kRdx, static_cast<int>(SystemRegister::Clock)).undefined();
  KernelProgram w(code);
  CHECK(w.run().reason == emu::StopReason::Waiting);
  CHECK(w.reg(kRbx) == 1);
  w.engine->skip_to(w.engine->cpu().compare);
  CHECK(w.engine->ticks() == 1'000'000);
  const Frame frame = w.run_to_event();
  CHECK(frame.gpr[kRbx] == 2);
  CHECK(frame.gpr[kRdx] == 1'000'001);
  CHECK(w.instructions() < 100);
}

TEST_CASE("xwait goes on waiting while only a line asks that its operand masks") {
  Code code;
  set_system(code, SystemRegister::Compare, 1);
  code.set(kRsi, uint64_t{1} << asx::kTimerLine).asx(Mnemonic::Xwait, 0, kRsi).undefined();
  KernelProgram w(code);
  CHECK(w.run().reason == emu::StopReason::Waiting);
  CHECK(w.engine->ticks() > w.engine->cpu().compare);
  CHECK(w.engine->cpu().wait_mask == uint64_t{1} << asx::kTimerLine);
}

TEST_CASE("with realtime the clock is the host's") {
  emu::EngineOptions options;
  options.realtime = true;
  Code code;
  set_system(code, SystemRegister::Compare, 3'000'000);
  set_system(code, SystemRegister::EventMask, 0);
  code.raw({0xeb, 0xfe});
  KernelProgram w(code, options);
  const Frame frame = w.run_to_event();
  CHECK(frame.vector == kTimerVector);
  CHECK(w.engine->ticks() >= 3'000'000);
}

TEST_CASE("CPUID tells of the variants that software has to know of") {
  const auto ask = [](const asx::Variant& variant) {
    emu::EngineOptions options;
    options.variant = variant;
    KernelProgram w(Code().set(kRax, kVariantLeaf).set(kRcx, 0).raw({0x0f, 0xa2}).undefined(), options);
    return w.run_to_event().gpr[kRax];
  };
  CHECK(ask({}) == 0);
  CHECK(ask({.return_stack = ReturnStack::Memory}) == kVariantReturnInMemory);
  CHECK(ask({.entry = EntryPoint::Anywhere}) == 0);
  CHECK(ask({.generations = Generations::Off}) == 0);
  CHECK(ask({.save = Save::All}) == kVariantSavesAll);
  CHECK(ask({.spaces = Spaces::One}) == kVariantOneSpace);
  CHECK(ask({.bind = Bind::Code}) == kVariantStackListOfThread);
  CHECK(ask({.bind = Bind::Stack}) == kVariantCodeListOfThread);
  CHECK(ask({.bind = Bind::None}) == (kVariantCodeListOfThread | kVariantStackListOfThread));
  CHECK(ask({.return_stack = ReturnStack::Memory, .save = Save::None}) == (kVariantReturnInMemory | kVariantSavesNone));
}

TEST_CASE("CPUID offers the extension, and nothing that the machine lacks") {
  const auto ask = [](uint32_t leaf) {
    KernelProgram w(Code().set(kRax, leaf).set(kRcx, 0).raw({0x0f, 0xa2}).undefined());
    return w.run_to_event();
  };
  CHECK(ask(kFeatureLeaf).gpr[kRax] == kFeatureSignature);
  CHECK(ask(kFeatureLeaf).gpr[kRbx] == kDefaultSelectorBits);
  const uint64_t features = ask(1).gpr[kRcx];
  CHECK((features & (1u << 26 | 1u << 27 | 1u << 28 | 1u << 30 | 1u << 12)) == 0);  // XSAVE, AVX, RDRAND, FMA
  CHECK((ask(1).gpr[kRdx] & (1u << 26)) != 0);                                      // SSE2
  CHECK((ask(7).gpr[kRbx] & (1u << 5 | 1u << 9)) == 0);                             // AVX2, ERMS
}
